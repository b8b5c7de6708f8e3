using System.Runtime.CompilerServices;
using NATS.Client.JetStream.Models;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream;

public partial class NatsJSContext
{
    public ValueTask<INatsJSConsumer> CreateOrderedConsumerAsync(
        string stream, NatsJSOrderedConsumerOpts? opts = default, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        return new ValueTask<INatsJSConsumer>(
            new NatsJSOrderedConsumer(stream, this, opts ?? NatsJSOrderedConsumerOpts.Default, cancellationToken));
    }

    public ValueTask<INatsJSConsumer> CreateOrUpdateConsumerAsync(
        string stream, ConsumerConfig config, CancellationToken cancellationToken = default) =>
        PutConsumerAsync(stream, config, ConsumerCreateAction.CreateOrUpdate, cancellationToken);

    public ValueTask<INatsJSConsumer> CreateConsumerAsync(
        string stream, ConsumerConfig config, CancellationToken cancellationToken = default) =>
        PutConsumerAsync(stream, config, ConsumerCreateAction.Create, cancellationToken);

    public ValueTask<INatsJSConsumer> UpdateConsumerAsync(
        string stream, ConsumerConfig config, CancellationToken cancellationToken = default) =>
        PutConsumerAsync(stream, config, ConsumerCreateAction.Update, cancellationToken);

    public async ValueTask<INatsJSConsumer> GetConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        ThrowIfInvalidName(consumer);
        var info = await JSRequestResponseAsync<object, ConsumerInfo>(
            $"{Opts.Prefix}.CONSUMER.INFO.{stream}.{consumer}", null, cancellationToken).ConfigureAwait(false);
        return new NatsJSConsumer(this, info);
    }

    public async IAsyncEnumerable<INatsJSConsumer> ListConsumersAsync(
        string stream,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        var offset = 0;
        while (ShouldListOn(cancellationToken))
        {
            var page = await JSRequestResponseAsync<ConsumerListRequest, ConsumerListResponse>(
                $"{Opts.Prefix}.CONSUMER.LIST.{stream}", new ConsumerListRequest { Offset = offset }, cancellationToken)
                .ConfigureAwait(false);
            foreach (var consumer in page.Consumers)
                yield return new NatsJSConsumer(this, consumer);

            offset += page.Consumers.Count;
            if (page.Consumers.Count == 0 || offset >= page.Total)
                yield break;
        }
    }

    public async IAsyncEnumerable<string> ListConsumerNamesAsync(
        string stream,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        var offset = 0;
        while (ShouldListOn(cancellationToken))
        {
            var page = await JSRequestResponseAsync<ConsumerNamesRequest, ConsumerNamesResponse>(
                $"{Opts.Prefix}.CONSUMER.NAMES.{stream}", new ConsumerNamesRequest { Offset = offset }, cancellationToken)
                .ConfigureAwait(false);
            foreach (var name in page.Consumers)
                yield return name;

            offset += page.Consumers.Count;
            if (page.Consumers.Count == 0 || offset >= page.Total)
                yield break;
        }
    }

    public async ValueTask<bool> DeleteConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        ThrowIfInvalidName(consumer);
        var response = await JSRequestResponseAsync<object, ConsumerDeleteResponse>(
            $"{Opts.Prefix}.CONSUMER.DELETE.{stream}.{consumer}", null, cancellationToken).ConfigureAwait(false);
        return response.Success;
    }

    public ValueTask<ConsumerPauseResponse> PauseConsumerAsync(
        string stream, string consumer, DateTimeOffset pauseUntil, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        ThrowIfInvalidName(consumer);
        return JSRequestResponseAsync<ConsumerPauseRequest, ConsumerPauseResponse>(
            $"{Opts.Prefix}.CONSUMER.PAUSE.{stream}.{consumer}", new ConsumerPauseRequest { PauseUntil = pauseUntil }, cancellationToken);
    }

    public async ValueTask<bool> ResumeConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        ThrowIfInvalidName(consumer);
        var response = await JSRequestResponseAsync<object, ConsumerPauseResponse>(
            $"{Opts.Prefix}.CONSUMER.PAUSE.{stream}.{consumer}", null, cancellationToken).ConfigureAwait(false);
        return !response.IsPaused;
    }

    internal ValueTask<ConsumerInfo> CreateConsumerAsync(
        string stream,
        string? name,
        ConsumerConfig config,
        ConsumerCreateAction action,
        CancellationToken cancellationToken)
    {
        // The subject repeats name and filter, so that permissions can be given by them; the server checks that they agree.
        var subject = $"{Opts.Prefix}.CONSUMER.CREATE.{stream}";
        if (!string.IsNullOrEmpty(name))
        {
            ThrowIfInvalidName(name);
            subject += string.IsNullOrEmpty(config.FilterSubject) ? $".{name}" : $".{name}.{config.FilterSubject}";
        }

        return JSRequestResponseAsync<ConsumerCreateRequest, ConsumerInfo>(
            subject, new ConsumerCreateRequest { StreamName = stream, Config = config, Action = action }, cancellationToken);
    }

    private async ValueTask<INatsJSConsumer> PutConsumerAsync(
        string stream,
        ConsumerConfig config,
        ConsumerCreateAction action,
        CancellationToken cancellationToken)
    {
        ThrowIfInvalidName(stream);
        ArgumentNullException.ThrowIfNull(config);
        var name = string.IsNullOrEmpty(config.Name) ? config.DurableName : config.Name;
        var info = await CreateConsumerAsync(stream, name, config, action, cancellationToken).ConfigureAwait(false);
        return new NatsJSConsumer(this, info);
    }
}
