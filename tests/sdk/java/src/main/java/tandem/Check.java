package tandem;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * The bus through the AWS SDK for Java v2, with the asynchronous clients that the real builds use.
 *
 * <p>Arguments: ENDPOINT [corrupt]. Prints one line a check and "N passed, M failed"; the exit code
 * is 0 when none failed. With "corrupt" the endpoint answers wrong checksums, and the SDK must
 * refuse them.
 */
public final class Check {

  private static final String CREATED = "person.case-note.created";
  private static final String ACCOUNT = "000000000000";

  private final String endpoint;
  private final SqsAsyncClient queues;
  private final SnsAsyncClient topics;
  private final Map<String, Step> checks = new LinkedHashMap<>();

  /** A check; it throws when what it says is not so. */
  private interface Step {
    void run() throws Exception;
  }

  /** A queue as the starter knows it. */
  private record Queue(String url, String arn) {}

  /** A queue with its dead-letter queue. */
  private record Pair(Queue main, Queue bottom) {}

  private Check(String endpoint) {
    this.endpoint = endpoint;
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any"));
    var http =
        NettyNioAsyncHttpClient.builder()
            .maxConcurrency(200)
            .connectionAcquisitionTimeout(Duration.ofSeconds(20));
    queues =
        SqsAsyncClient.builder()
            .endpointOverride(URI.create(endpoint))
            .region(Region.EU_WEST_2)
            .credentialsProvider(credentials)
            .httpClientBuilder(http)
            .build();
    topics =
        SnsAsyncClient.builder()
            .endpointOverride(URI.create(endpoint))
            .region(Region.EU_WEST_2)
            .credentialsProvider(credentials)
            .build();
  }

  public static void main(String[] arguments) {
    var check = new Check(arguments[0]);
    if (arguments.length > 1) {
      check.planCorrupted();
    } else {
      check.plan();
    }
    System.exit(check.run());
  }

  private int run() {
    int passed = 0;
    int failed = 0;
    for (var check : checks.entrySet()) {
      try {
        check.getValue().run();
        passed++;
        System.out.println("ok    " + check.getKey());
      } catch (Exception | AssertionError error) {
        failed++;
        System.out.println("FAIL  " + check.getKey());
        error.printStackTrace(System.out);
      }
    }
    System.out.printf("%d passed, %d failed%n", passed, failed);
    return failed == 0 ? 0 : 1;
  }

  private void plan() {
    checks.put("a queue is created as the starter does, and again", this::starts);
    checks.put("a queue that is not there raises the typed error", this::nowhere);
    checks.put("a filter lets only its event types through", this::filters);
    checks.put("a batch of ten is published, each filtered for itself", this::publishesBatch);
    checks.put("a long poll wakes at the message, with a UUID and a count", this::polls);
    checks.put("attributes of each type keep value and checksum", this::keepsAttributes);
    checks.put("a batch is sent and deleted, a bad receipt fails alone", this::deletesBatch);
    checks.put("a message given back is there again", this::givesBack);
    checks.put("a failing message is redriven and moved back", this::redrives);
    checks.put("a purged queue is empty", this::purges);
    checks.put("sixty-one long polls wait at once", this::manyPolls);
  }

  private void planCorrupted() {
    checks.put(
        "the SDK refuses a wrong checksum of a body",
        () -> {
          var queue = queue("java_corrupt", Map.of());
          try {
            queues.sendMessage(b -> b.queueUrl(queue.url()).messageBody("body")).join();
          } catch (CompletionException error) {
            that(error.getCause() instanceof SdkClientException, "another error " + error);
            that(error.getMessage().contains("MD5"), "another reason " + error);
            return;
          }
          throw new AssertionError("accepted");
        });
  }

  // The checks

  private void starts() {
    var pair = pair("java_start");
    queues
        .createQueue(
            b ->
                b.queueName("java_start")
                    .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "77")))
        .join();
    same(queues.getQueueUrl(b -> b.queueName("java_start")).join().queueUrl(), pair.main().url());
    var all =
        queues
            .getQueueAttributes(
                b -> b.queueUrl(pair.main().url()).attributeNames(QueueAttributeName.ALL))
            .join()
            .attributes();
    same(all.get(QueueAttributeName.REDRIVE_POLICY), policy(pair.bottom(), "2"));
    same(all.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES), "0");
    same(all.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE), "0");
    same(pair.main().arn(), "arn:aws:sqs:eu-west-2:" + ACCOUNT + ":java_start");
  }

  private void nowhere() {
    try {
      queues.getQueueUrl(b -> b.queueName("java_nowhere")).join();
    } catch (CompletionException error) {
      that(error.getCause() instanceof QueueDoesNotExistException, "another error " + error);
      return;
    }
    throw new AssertionError("found");
  }

  private void filters() {
    var queue = pair("java_filter").main();
    var topic = subscribed("java_topic", queue, CREATED);
    subscribed("java_topic", queue, CREATED);
    for (var type : List.of("prison.case-note.published", CREATED)) {
      topics
          .publish(
              b ->
                  b.topicArn(topic)
                      .message("{\"text\":\"Crème brûlée €\"}")
                      .messageAttributes(Map.of("eventType", eventType(type))))
          .join();
    }
    var messages = receive(queue, 0);
    same(messages.size(), 1);
    var body = messages.get(0).body();
    that(body.contains("\"Type\":\"Notification\""), body);
    that(body.contains("\"TopicArn\":\"" + topic + "\""), body);
    that(body.contains("\"eventType\":{\"Type\":\"String\",\"Value\":\"" + CREATED + "\"}"), body);
    that(body.contains("{\\\"text\\\":\\\"Crème brûlée €\\\"}"), body);
    var known = topics.getTopicAttributes(b -> b.topicArn(topic)).join().attributes();
    same(known.get("SubscriptionsConfirmed"), "1");
    same(known.get("SubscriptionsPending"), "0");
  }

  private void publishesBatch() {
    var queue = pair("java_batch_topic").main();
    var topic = subscribed("java_batch", queue, "even");
    var entries =
        IntStream.range(0, 10)
            .mapToObj(
                number ->
                    PublishBatchRequestEntry.builder()
                        .id("alert-" + number)
                        .message("{\"number\":" + number + "}")
                        .messageAttributes(
                            Map.of(
                                "eventType", eventType(number % 2 == 0 ? "even" : "odd"),
                                "noTracing", eventType("true")))
                        .build())
            .toList();
    var answer =
        topics.publishBatch(b -> b.topicArn(topic).publishBatchRequestEntries(entries)).join();
    same(answer.successful().size(), 10);
    same(answer.failed().size(), 0);
    same(receive(queue, 0).size(), 5);
  }

  private void polls() throws Exception {
    var queue = pair("java_poll").main();
    var begun = System.nanoTime();
    var polling = CompletableFuture.supplyAsync(() -> receive(queue, 10));
    Thread.sleep(200);
    queues.sendMessage(b -> b.queueUrl(queue.url()).messageBody("wake")).join();
    var message = polling.get().get(0);
    that(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 5, "woke late");
    same(UUID.fromString(message.messageId()).toString(), message.messageId());
    same(message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "1");
    Long.parseLong(message.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP));
  }

  private void keepsAttributes() throws Exception {
    var queue = pair("java_attributes").main();
    var bytes = SdkBytes.fromByteArray(new byte[] {0, 1, -2, -1});
    var attributes =
        Map.of(
            "eventType", text("RETRY_CREATE_MAPPING"),
            "number", MessageAttributeValue.builder().dataType("Number").stringValue("42").build(),
            "bytes",
                MessageAttributeValue.builder().dataType("Binary").binaryValue(bytes).build());
    var sent =
        queues
            .sendMessage(
                b ->
                    b.queueUrl(queue.url())
                        .messageBody("Crème brûlée €")
                        .messageAttributes(attributes))
            .join();
    same(sent.md5OfMessageAttributes(), checksum(attributes));
    var message = receive(queue, 0).get(0);
    same(message.messageId(), sent.messageId());
    same(message.md5OfMessageAttributes(), checksum(attributes));
    same(message.messageAttributes(), attributes);
  }

  private void deletesBatch() {
    var queue = pair("java_delete").main();
    var sent =
        queues
            .sendMessageBatch(
                b ->
                    b.queueUrl(queue.url())
                        .entries(
                            IntStream.range(0, 10)
                                .mapToObj(
                                    number ->
                                        SendMessageBatchRequestEntry.builder()
                                            .id("" + number)
                                            .messageBody("body " + number)
                                            .build())
                                .toList()))
            .join();
    same(sent.successful().size(), 10);
    var entries = new ArrayList<DeleteMessageBatchRequestEntry>();
    for (var message : receive(queue, 0).subList(1, 10)) {
      entries.add(entry(message.messageId(), message.receiptHandle()));
    }
    entries.add(entry("0", "never given"));
    var answer =
        queues.deleteMessageBatch(b -> b.queueUrl(queue.url()).entries(entries)).join();
    same(answer.successful().stream().map(each -> each.id()).sorted().toList(),
        entries.subList(0, 9).stream().map(each -> each.id()).sorted().toList());
    same(answer.failed().stream().map(each -> each.id()).toList(), List.of("0"));
    same(attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE), "1");
  }

  private void givesBack() {
    var queue = pair("java_visibility").main();
    queues.sendMessage(b -> b.queueUrl(queue.url()).messageBody("again")).join();
    var first = receive(queue, 0).get(0);
    same(receive(queue, 0).size(), 0);
    giveBack(queue, first);
    var second = receive(queue, 0).get(0);
    same(second.messageId(), first.messageId());
    same(second.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "2");
  }

  private void redrives() {
    var pair = pair("java_redrive");
    queues.sendMessage(b -> b.queueUrl(pair.main().url()).messageBody("poison")).join();
    giveBack(pair.main(), receive(pair.main(), 0).get(0));
    giveBack(pair.main(), receive(pair.main(), 0).get(0));
    same(receive(pair.main(), 0).size(), 0);
    same(attribute(pair.bottom(), QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES), "1");
    var started =
        queues
            .startMessageMoveTask(
                b -> b.sourceArn(pair.bottom().arn()).destinationArn(pair.main().arn()))
            .join();
    that(!started.taskHandle().isEmpty(), "no handle");
    var back = receive(pair.main(), 5).get(0);
    same(back.body(), "poison");
    same(back.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "1");
    var tasks =
        queues.listMessageMoveTasks(b -> b.sourceArn(pair.bottom().arn())).join().results();
    same(tasks.get(0).status(), "COMPLETED");
    same(tasks.get(0).approximateNumberOfMessagesMoved(), 1L);
  }

  private void purges() {
    var queue = pair("java_purge").main();
    queues.sendMessage(b -> b.queueUrl(queue.url()).messageBody("gone")).join();
    queues.purgeQueue(b -> b.queueUrl(queue.url())).join();
    same(receive(queue, 0).size(), 0);
  }

  private void manyPolls() {
    var all = IntStream.range(0, 61).mapToObj(n -> queue("java_many_" + n, Map.of())).toList();
    var polls = all.stream().map(queue -> polling(queue, 10)).toList();
    for (var queue : all) {
      queues.sendMessage(b -> b.queueUrl(queue.url()).messageBody(queue.url())).join();
    }
    same(
        polls.stream().map(poll -> poll.join().get(0).body()).toList(),
        all.stream().map(Queue::url).toList());
  }

  // What they share

  private Pair pair(String name) {
    var bottom = queue(name + "_dlq", Map.of());
    var main =
        queue(
            name,
            Map.of(
                QueueAttributeName.REDRIVE_POLICY, policy(bottom, "2"),
                QueueAttributeName.VISIBILITY_TIMEOUT, "30"));
    return new Pair(main, bottom);
  }

  private Queue queue(String name, Map<QueueAttributeName, String> attributes) {
    var url =
        queues.createQueue(b -> b.queueName(name).attributes(attributes)).join().queueUrl();
    // The starter asks at a URL that it makes up itself.
    var fixed = new Queue(endpoint + "/" + ACCOUNT + "/" + name, "");
    return new Queue(url, attribute(fixed, QueueAttributeName.QUEUE_ARN));
  }

  private String attribute(Queue queue, QueueAttributeName name) {
    return queues
        .getQueueAttributes(b -> b.queueUrl(queue.url()).attributeNames(name))
        .join()
        .attributes()
        .get(name);
  }

  private static String policy(Queue bottom, String receives) {
    return "{\"deadLetterTargetArn\":\""
        + bottom.arn()
        + "\",\"maxReceiveCount\":\""
        + receives
        + "\"}";
  }

  private String subscribed(String name, Queue queue, String type) {
    var topic = topics.createTopic(b -> b.name(name)).join().topicArn();
    topics
        .subscribe(
            b ->
                b.topicArn(topic)
                    .protocol("sqs")
                    .endpoint(queue.arn())
                    .attributes(Map.of("FilterPolicy", "{\"eventType\":[\"" + type + "\"]}")))
        .join();
    return topic;
  }

  private List<Message> receive(Queue queue, int wait) {
    return polling(queue, wait).join();
  }

  private CompletableFuture<List<Message>> polling(Queue queue, int wait) {
    return queues
        .receiveMessage(
            b ->
                b.queueUrl(queue.url())
                    .maxNumberOfMessages(10)
                    .waitTimeSeconds(wait)
                    .messageAttributeNames("All")
                    .attributeNames(QueueAttributeName.ALL))
        .thenApply(answer -> answer.messages());
  }

  private void giveBack(Queue queue, Message message) {
    queues
        .changeMessageVisibility(
            b ->
                b.queueUrl(queue.url())
                    .receiptHandle(message.receiptHandle())
                    .visibilityTimeout(0))
        .join();
  }

  private static DeleteMessageBatchRequestEntry entry(String id, String receipt) {
    return DeleteMessageBatchRequestEntry.builder().id(id).receiptHandle(receipt).build();
  }

  private static MessageAttributeValue text(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }

  private static software.amazon.awssdk.services.sns.model.MessageAttributeValue eventType(
      String value) {
    return software.amazon.awssdk.services.sns.model.MessageAttributeValue.builder()
        .dataType("String")
        .stringValue(value)
        .build();
  }

  /** MD5 of message attributes as AWS documents it, worked out here on our own. */
  private static String checksum(Map<String, MessageAttributeValue> attributes) throws Exception {
    var digest = MessageDigest.getInstance("MD5");
    for (var each : new TreeMap<>(attributes).entrySet()) {
      var value = each.getValue();
      sized(digest, each.getKey().getBytes(StandardCharsets.UTF_8));
      sized(digest, value.dataType().getBytes(StandardCharsets.UTF_8));
      if (value.dataType().startsWith("Binary")) {
        digest.update((byte) 2);
        sized(digest, value.binaryValue().asByteArray());
      } else {
        digest.update((byte) 1);
        sized(digest, value.stringValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void sized(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static void that(boolean so, String otherwise) {
    if (!so) {
      throw new AssertionError(otherwise);
    }
  }

  private static void same(Object found, Object wanted) {
    that(Objects.equals(found, wanted), "found " + found + ", wanted " + wanted);
  }
}
