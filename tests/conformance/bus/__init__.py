"""SNS and SQS: ours by default, any engine by TANDEM_BUS_ENDPOINT."""
