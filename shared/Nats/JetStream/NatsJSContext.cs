using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream;

/// <inheritdoc cref="INatsJSContext"/>
public partial class NatsJSContext : INatsJSContext
{
    private readonly ILogger _logger;
    private readonly NatsSubOpts _replyOpts;

    public NatsJSContext(INatsConnection connection)
        : this(connection, new NatsJSOpts(connection.Opts))
    {
    }

    public NatsJSContext(INatsConnection connection, NatsJSOpts opts)
    {
        Connection = connection;
        Opts = opts;
        _logger = connection.Opts.LoggerFactory.CreateLogger<NatsJSContext>();

        // "No responders" comes back as a message: some of them are worth another attempt.
        _replyOpts = new NatsSubOpts { Timeout = opts.RequestTimeout, ThrowIfNoResponders = false };
    }

    public INatsConnection Connection { get; }

    public NatsJSOpts Opts { get; }

    public ValueTask<AccountInfoResponse> GetAccountInfoAsync(CancellationToken cancellationToken = default) =>
        JSRequestResponseAsync<object, AccountInfoResponse>($"{Opts.Prefix}.INFO", null, cancellationToken);

    public string NewBaseInbox() => NatsConnection.NewInbox(Connection.Opts.InboxPrefix);

    public async ValueTask<TResponse> JSRequestResponseAsync<TRequest, TResponse>(
        string subject,
        TRequest? request,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class
    {
        var result = await CallAsync<TRequest, TResponse>(subject, request, cancellationToken).ConfigureAwait(false);
        return result.EnsureSuccess();
    }

    internal static void ThrowIfInvalidName([NotNull] string? name, [CallerArgumentExpression(nameof(name))] string? paramName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, paramName);

        // The name becomes one token of the API's subject.
        if (name.AsSpan().IndexOfAny(" .*>") >= 0)
            throw new ArgumentException($"'{name}' is no name for a stream or consumer: it has a space, '.', '*' or '>'.", paramName);
    }

    internal async ValueTask<ApiResult<TResponse>> CallAsync<TRequest, TResponse>(
        string subject, TRequest? request, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        NatsMsg<ApiResult<TResponse>> reply;
        try
        {
            reply = await Connection.RequestAsync(
                subject,
                request,
                requestSerializer: ApiRequestWriter<TRequest>.Default,
                replySerializer: ApiResultReader<TResponse>.Default,
                replyOpts: _replyOpts,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (NatsNoReplyException)
        {
            throw new NatsJSApiNoResponseException();
        }

        if (reply.HasNoResponders)
            throw new NatsNoRespondersException();

        reply.EnsureSuccess();
        return reply.Data;
    }
}
