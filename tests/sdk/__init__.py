"""The bus as other SDKs see it: AWS SDK for JavaScript v3 and for Java v2."""
