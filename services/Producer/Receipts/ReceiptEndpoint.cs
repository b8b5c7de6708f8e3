using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Intake;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Producer.Receipts;

/// <summary>Serves <c>GET /v1/receipts/{receipt}?wait=10s</c>.</summary>
internal sealed class ReceiptEndpoint(
    ReceiptLookup lookup, Catalog catalog, IntakeLimits limits, ConsumerNews news, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The time that a look-up may take, even if the sender does not wait as long.</summary>
    private static readonly TimeSpan LongestLookUp = TimeSpan.FromSeconds(5);

    public async Task GetAsync(HttpContext http)
    {
        var text = (string?)http.Request.RouteValues["receipt"];
        if (!Receipt.TryParse(text, out var receipt) || !catalog.Find(receipt.Kind, out var kind))
        {
            await Refusals.NotFound("This receipt was never issued.").ExecuteAsync(http);
            return;
        }

        // Permission to write records of this kind includes following them.
        if (Caller.Of(http) is { } caller && !caller.Allows(Scopes.Read) && !caller.Allows(Scopes.Write(kind.Name)))
            await caller.Forbid($"{Scopes.Read} or {Scopes.Write(kind.Name)}").ExecuteAsync(http);
        else if (!TryGetWait(http.Request, out var wait))
            await WaitTime.Refuse("The parameter wait", http.Request.Query["wait"].ToString()).ExecuteAsync(http);
        else
            await AnswerAsync(http, receipt, wait);
    }

    private async Task AnswerAsync(HttpContext http, Receipt receipt, TimeSpan wait)
    {
        ReceiptState state;
        try
        {
            state = await SettleAsync(receipt, wait, http.RequestAborted);
        }
        catch (StoreUnavailableException)
        {
            await (Problem.OfStatus(503) with
            {
                Title = "The outcome cannot be looked up now",
                Detail = "The record is safe: in the stream or already settled.",
                Id = receipt.Id,
                RetryAfter = news.RetryAfter,
            }).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = ContentTypes.Json;
        http.Response.Headers.CacheControl = "no-store";
        if (!state.IsSettled)
            http.Response.Headers.RetryAfter = Problem.Seconds(news.RetryAfter);
        state.Write(receipt, http.Response.BodyWriter);
    }

    /// <summary>Waits for the outcome, also while it cannot be looked up.</summary>
    /// <exception cref="StoreUnavailableException">It could not be looked up when the wait was over.</exception>
    private async Task<ReceiptState> SettleAsync(Receipt receipt, TimeSpan wait, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(wait > LongestLookUp ? wait : LongestLookUp);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (state, away) = await LookUpAsync(receipt, over.Token, cancellationToken);
            if (state.IsSettled)
                return state;
            var left = wait - Stopwatch.GetElapsedTime(since);
            if (left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested)
                return away is null ? state : throw away;
            await Task.Delay(left < pause ? left : pause, cancellationToken);
        }
    }

    private async Task<(ReceiptState State, StoreUnavailableException? Away)> LookUpAsync(
        Receipt receipt, CancellationToken over, CancellationToken senderGone)
    {
        try
        {
            return (await lookup.FindAsync(receipt, over), null);
        }
        catch (StoreUnavailableException away)
        {
            return (new ReceiptState(Status.Accepted), away);
        }
        catch (OperationCanceledException late) when (!senderGone.IsCancellationRequested)
        {
            return (new ReceiptState(Status.Accepted), new StoreUnavailableException(late.Message, late));
        }
    }

    private bool TryGetWait(HttpRequest request, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (request.Query["wait"] is not { Count: > 0 } given)
            return true;
        if (!WaitTime.TryParse(given.ToString(), out wait))
            return false;
        wait = wait < limits.LongestWait ? wait : limits.LongestWait;
        return true;
    }
}
