using System.Runtime.CompilerServices;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

public partial class NatsJSContext
{
    public async ValueTask<INatsJSStream> CreateStreamAsync(StreamConfig config, CancellationToken cancellationToken = default)
    {
        config = Resolved(config);
        var info = await JSRequestResponseAsync<StreamConfig, StreamInfo>(
            $"{Opts.Prefix}.STREAM.CREATE.{config.Name}", config, cancellationToken).ConfigureAwait(false);
        return new NatsJSStream(this, info);
    }

    public async ValueTask<INatsJSStream> CreateOrUpdateStreamAsync(StreamConfig config, CancellationToken cancellationToken = default)
    {
        config = Resolved(config);
        var updated = await CallAsync<StreamConfig, StreamInfo>(
            $"{Opts.Prefix}.STREAM.UPDATE.{config.Name}", config, cancellationToken).ConfigureAwait(false);
        return updated.Error is { Code: 404 }
            ? await CreateStreamAsync(config, cancellationToken).ConfigureAwait(false)
            : new NatsJSStream(this, updated.EnsureSuccess());
    }

    public async ValueTask<NatsJSStream> UpdateStreamAsync(StreamConfig request, CancellationToken cancellationToken = default)
    {
        request = Resolved(request);
        var info = await JSRequestResponseAsync<StreamConfig, StreamInfo>(
            $"{Opts.Prefix}.STREAM.UPDATE.{request.Name}", request, cancellationToken).ConfigureAwait(false);
        return new NatsJSStream(this, info);
    }

    public async ValueTask<bool> DeleteStreamAsync(string stream, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        var response = await JSRequestResponseAsync<object, StreamDeleteResponse>(
            $"{Opts.Prefix}.STREAM.DELETE.{stream}", null, cancellationToken).ConfigureAwait(false);
        return response.Success;
    }

    public ValueTask<StreamPurgeResponse> PurgeStreamAsync(
        string stream, StreamPurgeRequest request, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        return JSRequestResponseAsync<StreamPurgeRequest, StreamPurgeResponse>(
            $"{Opts.Prefix}.STREAM.PURGE.{stream}", request, cancellationToken);
    }

    public ValueTask<StreamMsgDeleteResponse> DeleteMessageAsync(
        string stream, StreamMsgDeleteRequest request, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        return JSRequestResponseAsync<StreamMsgDeleteRequest, StreamMsgDeleteResponse>(
            $"{Opts.Prefix}.STREAM.MSG.DELETE.{stream}", request, cancellationToken);
    }

    public async ValueTask<INatsJSStream> GetStreamAsync(
        string stream, StreamInfoRequest? request = default, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalidName(stream);
        var info = await JSRequestResponseAsync<StreamInfoRequest, StreamInfoResponse>(
            $"{Opts.Prefix}.STREAM.INFO.{stream}", request, cancellationToken).ConfigureAwait(false);
        return new NatsJSStream(this, info);
    }

    public async IAsyncEnumerable<INatsJSStream> ListStreamsAsync(
        string? subject = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var offset = 0;
        while (ShouldListOn(cancellationToken))
        {
            var page = await JSRequestResponseAsync<StreamListRequest, StreamListResponse>(
                $"{Opts.Prefix}.STREAM.LIST", new StreamListRequest { Offset = offset, Subject = subject }, cancellationToken)
                .ConfigureAwait(false);
            foreach (var stream in page.Streams)
                yield return new NatsJSStream(this, stream);

            offset += page.Streams.Count;
            if (page.Streams.Count == 0 || offset >= page.Total)
                yield break;
        }
    }

    public async IAsyncEnumerable<string> ListStreamNamesAsync(
        string? subject = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var offset = 0;
        while (ShouldListOn(cancellationToken))
        {
            var page = await JSRequestResponseAsync<StreamNamesRequest, StreamNamesResponse>(
                $"{Opts.Prefix}.STREAM.NAMES", new StreamNamesRequest { Offset = offset, Subject = subject }, cancellationToken)
                .ConfigureAwait(false);
            foreach (var name in page.Streams ?? [])
                yield return name;

            var count = page.Streams?.Count ?? 0;
            offset += count;
            if (count == 0 || offset >= page.Total)
                yield break;
        }
    }

    private bool ShouldListOn(CancellationToken cancellationToken)
    {
        if (Opts.ThrowOnListCancellation)
            cancellationToken.ThrowIfCancellationRequested();

        return !cancellationToken.IsCancellationRequested;
    }

    /// <summary>A copy in which domains of mirror and sources are spelled out as the API prefixes that the server expects.</summary>
    private static StreamConfig Resolved(StreamConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ThrowIfInvalidName(config.Name);
        return config with
        {
            Mirror = config.Mirror is { } mirror ? Resolved(mirror) : null,
            Sources = config.Sources?.Select(Resolved).ToList(),
        };
    }

    private static StreamSource Resolved(StreamSource source)
    {
        if (string.IsNullOrEmpty(source.Domain))
            return source;

        if (source.External is not null)
            throw new ArgumentException("A stream source has a domain or an external API, not both.", nameof(source));

        return source with { External = new ExternalStreamSource { Api = $"$JS.{source.Domain}.API" } };
    }
}
