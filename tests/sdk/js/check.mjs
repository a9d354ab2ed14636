// The bus through the AWS SDK for JavaScript v3: node check.mjs ENDPOINT [corrupt]
//
// Prints one line a check and "N passed, M failed"; the exit code is 0 when none failed.
// With `corrupt` the endpoint answers wrong checksums, and the SDK must refuse them.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'

const [endpoint, mode] = process.argv.slice(2)
const settings = {
  endpoint,
  region: 'eu-west-2',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  maxAttempts: 1,
  // Fifty by default: sixty long polls would keep every socket to themselves.
  requestHandler: { httpAgent: { maxSockets: 200 } },
}
const queues = new sqs.SQSClient(settings)
const topics = new sns.SNSClient(settings)
const ask = (name, input) => queues.send(new sqs[`${name}Command`](input))
const tell = (name, input) => topics.send(new sns[`${name}Command`](input))

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const CREATED = 'person.case-note.created'
const text = (value) => ({ DataType: 'String', StringValue: value })
const fixed = (name) => `${endpoint}/000000000000/${name}`

async function queue(name, attributes) {
  const made = await ask('CreateQueue', { QueueName: name, Attributes: attributes })
  const found = await ask('GetQueueAttributes', {
    QueueUrl: fixed(name),
    AttributeNames: ['QueueArn'],
  })
  return { url: made.QueueUrl, arn: found.Attributes.QueueArn }
}

async function pair(name, receives = '2') {
  const bottom = await queue(`${name}_dlq`)
  const policy = { deadLetterTargetArn: bottom.arn, maxReceiveCount: receives }
  const main = await queue(name, {
    RedrivePolicy: JSON.stringify(policy),
    VisibilityTimeout: '30',
  })
  return { main, bottom }
}

async function receive(url, wait = 0, more = {}) {
  const answer = await ask('ReceiveMessage', {
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: wait,
    MessageAttributeNames: ['All'],
    AttributeNames: ['All'],
    ...more,
  })
  return answer.Messages ?? []
}

// MD5 of message attributes as AWS documents it, worked out here on our own.
function attributesMd5(attributes) {
  const hash = createHash('md5')
  const sized = (bytes) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(bytes.length)
    hash.update(size).update(bytes)
  }
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name]
    sized(Buffer.from(name))
    sized(Buffer.from(attribute.DataType))
    const binary = attribute.DataType.startsWith('Binary')
    hash.update(Buffer.from([binary ? 2 : 1]))
    sized(Buffer.from(binary ? attribute.BinaryValue : attribute.StringValue))
  }
  return hash.digest('hex')
}

const checks = {
  'a queue is created as the starter does, and again with other attributes': async () => {
    const { main, bottom } = await pair('js_start')
    await ask('CreateQueue', {
      QueueName: 'js_start',
      Attributes: { VisibilityTimeout: '77' },
    })
    const url = await ask('GetQueueUrl', { QueueName: 'js_start' })
    assert.equal(url.QueueUrl, main.url)
    const { Attributes: all } = await ask('GetQueueAttributes', {
      QueueUrl: main.url,
      AttributeNames: ['All'],
    })
    assert.deepEqual(JSON.parse(all.RedrivePolicy), {
      deadLetterTargetArn: bottom.arn,
      maxReceiveCount: '2',
    })
    assert.equal(all.ApproximateNumberOfMessages, '0')
    assert.equal(all.ApproximateNumberOfMessagesNotVisible, '0')
    assert.match(main.arn, /^arn:aws:sqs:eu-west-2:000000000000:js_start$/)
  },
  'a queue that is not there raises the typed error': async () => {
    await assert.rejects(
      ask('GetQueueUrl', { QueueName: 'js_nowhere' }),
      sqs.QueueDoesNotExist,
    )
  },
  'a filter lets only its event types through, in an SNS envelope': async () => {
    const { main } = await pair('js_filter')
    const { TopicArn: topic } = await tell('CreateTopic', { Name: 'js_topic' })
    const wanted = {
      TopicArn: topic,
      Protocol: 'sqs',
      Endpoint: main.arn,
      Attributes: { FilterPolicy: JSON.stringify({ eventType: [CREATED] }) },
    }
    await tell('Subscribe', wanted)
    await tell('Subscribe', wanted)
    for (const type of ['prison.case-note.published', CREATED]) {
      await tell('Publish', {
        TopicArn: topic,
        Message: JSON.stringify({ eventType: type, text: 'Crème brûlée €' }),
        MessageAttributes: { eventType: text(type), type: text('KA') },
      })
    }
    const messages = await receive(main.url)
    assert.equal(messages.length, 1)
    const envelope = JSON.parse(messages[0].Body)
    assert.equal(envelope.Type, 'Notification')
    assert.equal(envelope.TopicArn, topic)
    assert.match(envelope.MessageId, UUID)
    assert.deepEqual(envelope.MessageAttributes.eventType, {
      Type: 'String',
      Value: CREATED,
    })
    assert.equal(JSON.parse(envelope.Message).text, 'Crème brûlée €')
    const { Attributes: known } = await tell('GetTopicAttributes', { TopicArn: topic })
    assert.equal(known.SubscriptionsConfirmed, '1')
    assert.equal(known.SubscriptionsPending, '0')
  },
  'a batch of ten is published, each filtered for itself': async () => {
    const { main } = await pair('js_batch_topic')
    const { TopicArn: topic } = await tell('CreateTopic', { Name: 'js_batch' })
    await tell('Subscribe', {
      TopicArn: topic,
      Protocol: 'sqs',
      Endpoint: main.arn,
      Attributes: { FilterPolicy: JSON.stringify({ eventType: ['even'] }) },
    })
    const answer = await tell('PublishBatch', {
      TopicArn: topic,
      PublishBatchRequestEntries: Array.from({ length: 10 }, (_, number) => ({
        Id: `alert-${number}`,
        Message: `{"number":${number}}`,
        MessageAttributes: {
          eventType: text(number % 2 ? 'odd' : 'even'),
          noTracing: text('true'),
        },
      })),
    })
    assert.equal(answer.Successful.length, 10)
    assert.equal((answer.Failed ?? []).length, 0)
    const bodies = (await receive(main.url)).map((m) => JSON.parse(m.Body).Message)
    assert.deepEqual(bodies.map((body) => JSON.parse(body).number).sort(), [0, 2, 4, 6, 8])
  },
  'a long poll wakes at the message, with a UUID and a receive count': async () => {
    const { main } = await pair('js_poll')
    const begun = Date.now()
    const polling = receive(main.url, 10)
    await ask('SendMessage', { QueueUrl: main.url, MessageBody: 'wake' })
    const [message] = await polling
    assert.ok(Date.now() - begun < 5000, 'woke late')
    assert.match(message.MessageId, UUID)
    assert.equal(message.Attributes.ApproximateReceiveCount, '1')
    assert.match(message.Attributes.SentTimestamp, /^\d{13}$/)
  },
  'system attributes come under the newer name too': async () => {
    const { main } = await pair('js_system')
    await ask('SendMessage', { QueueUrl: main.url, MessageBody: 'body' })
    const [message] = await receive(main.url, 0, {
      AttributeNames: undefined,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    })
    assert.deepEqual(message.Attributes, { ApproximateReceiveCount: '1' })
  },
  'attributes of each type keep value and checksum': async () => {
    const { main } = await pair('js_attributes')
    const attributes = {
      eventType: text('RETRY_CREATE_MAPPING'),
      number: { DataType: 'Number', StringValue: '42' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 1, 254, 255]) },
    }
    const sent = await ask('SendMessage', {
      QueueUrl: main.url,
      MessageBody: 'Crème brûlée €',
      MessageAttributes: attributes,
    })
    assert.equal(sent.MD5OfMessageAttributes, attributesMd5(attributes))
    const [message] = await receive(main.url)
    assert.equal(message.MessageId, sent.MessageId)
    assert.equal(message.MD5OfMessageAttributes, attributesMd5(attributes))
    assert.equal(message.MessageAttributes.number.DataType, 'Number')
    assert.deepEqual(
      Array.from(message.MessageAttributes.bytes.BinaryValue),
      [0, 1, 254, 255],
    )
  },
  'a batch is sent and deleted; ids are echoed, a bad receipt fails alone': async () => {
    const { main } = await pair('js_delete')
    const sent = await ask('SendMessageBatch', {
      QueueUrl: main.url,
      Entries: Array.from({ length: 10 }, (_, number) => ({
        Id: `${number}`,
        MessageBody: `body ${number}`,
      })),
    })
    assert.equal(sent.Successful.length, 10)
    const messages = await receive(main.url)
    assert.equal(messages.length, 10)
    const entries = messages.slice(1).map((message) => ({
      Id: message.MessageId,
      ReceiptHandle: message.ReceiptHandle,
    }))
    const answer = await ask('DeleteMessageBatch', {
      QueueUrl: main.url,
      Entries: [...entries, { Id: '0', ReceiptHandle: 'never given' }],
    })
    const echoed = answer.Successful.map((entry) => entry.Id).sort()
    assert.deepEqual(echoed, entries.map((entry) => entry.Id).sort())
    assert.deepEqual(answer.Failed.map((entry) => entry.Id), ['0'])
    const { Attributes: left } = await ask('GetQueueAttributes', {
      QueueUrl: main.url,
      AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
    })
    assert.equal(left.ApproximateNumberOfMessagesNotVisible, '1')
  },
  'a message given back is there again, with the same id and a higher count': async () => {
    const { main } = await pair('js_visibility')
    await ask('SendMessage', { QueueUrl: main.url, MessageBody: 'again' })
    const [first] = await receive(main.url)
    assert.equal((await receive(main.url)).length, 0)
    await ask('ChangeMessageVisibility', {
      QueueUrl: main.url,
      ReceiptHandle: first.ReceiptHandle,
      VisibilityTimeout: 0,
    })
    const [second] = await receive(main.url)
    assert.equal(second.MessageId, first.MessageId)
    assert.equal(second.Attributes.ApproximateReceiveCount, '2')
  },
  'a failing message is redriven, and a move task brings it back as new': async () => {
    const { main, bottom } = await pair('js_redrive')
    await ask('SendMessage', { QueueUrl: main.url, MessageBody: 'poison' })
    for (let turn = 0; turn < 2; turn += 1) {
      const [message] = await receive(main.url)
      await ask('ChangeMessageVisibility', {
        QueueUrl: main.url,
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout: 0,
      })
    }
    assert.equal((await receive(main.url)).length, 0)
    const [dead] = await receive(bottom.url, 0, { VisibilityTimeout: 0 })
    assert.equal(dead.Body, 'poison')
    const started = await ask('StartMessageMoveTask', {
      SourceArn: bottom.arn,
      DestinationArn: main.arn,
    })
    assert.ok(started.TaskHandle)
    const [back] = await receive(main.url, 5)
    assert.equal(back.Body, 'poison')
    assert.equal(back.Attributes.ApproximateReceiveCount, '1')
    const tasks = await ask('ListMessageMoveTasks', { SourceArn: bottom.arn })
    assert.equal(tasks.Results[0].Status, 'COMPLETED')
    assert.equal(Number(tasks.Results[0].ApproximateNumberOfMessagesMoved), 1)
  },
  'a purged queue is empty': async () => {
    const { main } = await pair('js_purge')
    await ask('SendMessage', { QueueUrl: main.url, MessageBody: 'gone' })
    await ask('PurgeQueue', { QueueUrl: main.url })
    assert.equal((await receive(main.url)).length, 0)
  },
  'sixty long polls wait at once, and each gets its message': async () => {
    const names = Array.from({ length: 60 }, (_, number) => `js_many_${number}`)
    const urls = await Promise.all(names.map(async (name) => (await queue(name)).url))
    const polls = urls.map((url) => receive(url, 10))
    await Promise.all(
      urls.map((url) => ask('SendMessage', { QueueUrl: url, MessageBody: url })),
    )
    const found = (await Promise.all(polls)).map((messages) => messages[0].Body)
    assert.deepEqual(found, urls)
  },
}

const corrupted = {
  'the SDK refuses a wrong checksum of a body': async () => {
    const { url } = await queue('js_corrupt')
    await assert.rejects(
      ask('SendMessage', { QueueUrl: url, MessageBody: 'body' }),
      /InvalidChecksum/,
    )
  },
}

let passed = 0
let failed = 0
for (const [name, check] of Object.entries(mode === 'corrupt' ? corrupted : checks)) {
  try {
    await check()
    passed += 1
    console.log(`ok    ${name}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL  ${name}\n${error.stack}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
