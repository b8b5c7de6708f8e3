using NATS.Client.Core;
using NATS.Client.JetStream;

namespace NATS.Net;

public static partial class NatsClientExtensions
{
    public static INatsJSContext CreateJetStreamContext(this INatsClient client) => client.Connection.CreateJetStreamContext();

    public static INatsJSContext CreateJetStreamContext(this INatsConnection connection) => new NatsJSContext(connection);

    public static INatsJSContext CreateJetStreamContext(this INatsClient client, NatsJSOpts opts) =>
        client.Connection.CreateJetStreamContext(opts);

    public static INatsJSContext CreateJetStreamContext(this INatsConnection connection, NatsJSOpts opts) =>
        new NatsJSContext(connection, opts);
}
