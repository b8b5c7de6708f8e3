using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.KeyValueStore;

namespace NATS.Net;

public static partial class NatsClientExtensions
{
    public static INatsKVContext CreateKeyValueStoreContext(this INatsClient client) => client.Connection.CreateKeyValueStoreContext();

    public static INatsKVContext CreateKeyValueStoreContext(this INatsConnection connection) =>
        connection.CreateKeyValueStoreContext(NatsKVOpts.Default);

    public static INatsKVContext CreateKeyValueStoreContext(this INatsJSContext context) =>
        context.CreateKeyValueStoreContext(NatsKVOpts.Default);

    public static INatsKVContext CreateKeyValueStoreContext(this INatsClient client, NatsKVOpts opts) =>
        client.Connection.CreateKeyValueStoreContext(opts);

    public static INatsKVContext CreateKeyValueStoreContext(this INatsConnection connection, NatsKVOpts opts) =>
        new NatsKVContext(new NatsJSContext(connection), opts);

    public static INatsKVContext CreateKeyValueStoreContext(this INatsJSContext context, NatsKVOpts opts) =>
        new NatsKVContext(context, opts);
}
