using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Polly;
using Polly.Timeout;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Processes;

namespace RideIngest.CheckIn.LaborCost;

/// <summary>The legacy API that records labour costs: <c>POST /api/labor-cost</c>.</summary>
internal sealed class LaborCostDestination : Destination, IDisposable
{
    // More than is kept of an answer.
    private const int LongestText = 1024;

    private readonly LegacySettings _settings;
    private readonly CheckInDefaults _defaults;
    private readonly IServer _server;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;

    public LaborCostDestination(CheckInSettings settings, CheckInDefaults defaults, IServer server)
        : base(Destinations.LaborCost, settings)
    {
        (_settings, _defaults, _server) = (settings.Legacy, defaults, server);
        if (_settings.Url is null && defaults.LegacyPath is null)
        {
            throw new SettingsException(
                "checkin.legacy.url: the role labor-cost needs the API's URL. A good value: http://legacy.example.com");
        }

        // A failed connect is known to have had no effect, so it has a time limit of its own.
        _http = new(new SocketsHttpHandler
        {
            ConnectTimeout = _settings.Timeout / 2,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AllowAutoRedirect = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _pipeline = new ResiliencePipelineBuilder().AddTimeout(_settings.Timeout).Build();
    }

    // The API of this process honours keys. It is used only without a URL.
    public override bool HonoursKeys => _settings.Idempotent ?? _settings.Url is null;

    public override int AtOnce => 16;

    public override TimeSpan CallTimeout => _settings.Timeout;

    public override async Task<Delivery> SendAsync(CheckOut item, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await PostAsync(item, token), cancellationToken);
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return new(DeliveryEnd.Failed, e.GetBaseException().Message);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            // Of the connect, which has a time limit of its own.
            return new(DeliveryEnd.Failed, e.InnerException.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(DeliveryEnd.InDoubt, $"the answer was lost: {e.GetBaseException().Message}");
        }
        catch (TimeoutRejectedException)
        {
            return new(DeliveryEnd.InDoubt, $"no answer within {Duration.Format(_settings.Timeout)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Delivery> PostAsync(CheckOut item, CancellationToken cancellationToken)
    {
        if ((_settings.Url?.TrimEnd('/') ?? OwnAddress.Of(_server) + _defaults.LegacyPath) is not { } url)
            return new(DeliveryEnd.Failed, "this process does not listen yet");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{url}/api/labor-cost"))
        {
            Content = JsonContent.Create(
                new LaborCostBody(item.EmployeeId, item.HoursWorked, item.CheckedOutAt), options: ApiJson.Options),
            Headers = { { "Idempotency-Key", item.Id } },
        };
        if (_settings.Key is { } key)
            request.Headers.Authorization = new("Bearer", key);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created)
            return new(DeliveryEnd.Done);
        var text = await TextAsync(answer.Content, cancellationToken);
        var said = string.Create(
            CultureInfo.InvariantCulture,
            $"{(int)answer.StatusCode} {answer.ReasonPhrase}{(text.Length > 0 ? ": " : "")}{text}");
        return (int)answer.StatusCode switch
        {
            429 => new(DeliveryEnd.Limited, said, RetryAfter(answer)),
            500 => new(DeliveryEnd.Failed, said) { MayBeTheEvent = true },
            > 500 => new(DeliveryEnd.Failed, said),
            _ => new(DeliveryEnd.Refused, said),
        };
    }

    /// <summary>Returns how the body begins, whatever it says of its charset. If it cannot be read, the status is enough.</summary>
    private static async Task<string> TextAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var (bytes, length) = (new byte[LongestText], 0);
        try
        {
            await using var body = await content.ReadAsStreamAsync(cancellationToken);
            length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status decides.
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static TimeSpan RetryAfter(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - DateTimeOffset.UtcNow ?? default : default;
}

/// <summary>What the legacy API takes.</summary>
internal sealed record LaborCostBody(string EmployeeId, double HoursWorked, DateTimeOffset RecordedAt);
