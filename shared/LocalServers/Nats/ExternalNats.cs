using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>A configured NATS server, checked by reading its greeting.</summary>
internal sealed record ExternalNats(string Url, int Port, NatsInfo Info)
{
    private const int DefaultPort = 4222;
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    /// <param name="url">One or more URLs separated by commas; one must respond.</param>
    public static async Task<ExternalNats> ReachAsync(string url, NatsServerOptions options, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (var one in url.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(one.Contains("://", StringComparison.Ordinal) ? one : $"nats://{one}", UriKind.Absolute, out var address))
            {
                reasons.Add($"{one[(one.LastIndexOf('@') + 1)..]} is not a URL");
                continue;
            }

            var port = address.Port > 0 ? address.Port : DefaultPort;
            using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            answer.CancelAfter(AnswersWithin);
            try
            {
                var info = await NatsInfo.ReadAsync(address.Host, port, answer.Token).ConfigureAwait(false);
                if (options.JetStream && !info.JetStream)
                    throw new LocalServerException(
                        $"The NATS server at {address.Host}:{port} runs without JetStream. Start it with --jetstream.");
                options.Progress?.Invoke($"Using NATS {info.Version} on {address.Host}:{port}");
                return new ExternalNats(url, port, info);
            }
            catch (Exception e) when (e is not LocalServerException && !cancellationToken.IsCancellationRequested)
            {
                reasons.Add(e is OperationCanceledException
                    ? $"{address.Host}:{port} does not answer"
                    : $"{address.Host}:{port}: {e.Message}");
            }
        }

        throw new LocalServerException(
            $"The configured NATS server (nats.url, RIDEINGEST__NATS__URL) cannot be reached: {string.Join("; ", reasons)}. "
            + "Start it or correct the URL. If the URL is unset, a private server is started.");
    }
}
