using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Producer.Documents;
using RideIngest.Storage.Failures;

namespace RideIngest.Producer.Receipts;

/// <summary>Serves <c>GET /v1/failures</c>. A key sees its own failures; with the scope <c>read</c> it sees all.</summary>
internal sealed class FailureEndpoint(FailureStore failures)
{
    public async Task GetAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var filter = new FailureFilter
        {
            Kind = query.Text("kind"),
            Key = query.Text("id"),
            Since = query.Instant("since"),
            Sender = SenderThatMayBeSeenBy(Caller.Of(http)),
        };
        var limit = query.Number("limit", usual: 100, most: 1000);
        var after = query.Cursor<FailureCursor>(text => FailureCursor.TryParse(text, out var cursor) ? cursor : null);
        if (query.Problem() is { } problem)
        {
            await problem.ExecuteAsync(http);
            return;
        }
        var page = await failures.ListAsync(filter, after, limit);
        await TypedResults.Json(new FailureList([.. page.Failures.Select(FailureItem.Of)], page.Next?.ToString())).ExecuteAsync(http);
    }

    /// <summary>The only sender whose failures a caller may see; null for all senders.</summary>
    public static string? SenderThatMayBeSeenBy(Caller? caller) => caller is null || caller.Allows(Scopes.Read) ? null : caller.Name;
}
