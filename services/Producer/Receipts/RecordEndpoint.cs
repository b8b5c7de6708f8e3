using System.Globalization;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Producer.Receipts;

/// <summary>Serves <c>GET /v1/{kind}/{id}</c>: the record as stored in Postgres.</summary>
internal sealed class RecordEndpoint(Kind kind, ReceiptLookup lookup, MissingRecords missing, ConsumerNews news)
{
    public async Task GetAsync(HttpContext http)
    {
        var text = (string?)http.Request.RouteValues["id"];
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            await Refusals.NotFound("This is not an id: ids are whole 64-bit numbers greater than 0.").ExecuteAsync(http);
            return;
        }
        try
        {
            if (await lookup.FindRowAsync(kind.Name, id, http.RequestAborted) is not { } stored)
            {
                await (await missing.DescribeAsync(kind, id, Caller.Of(http), http.RequestAborted)).ExecuteAsync(http);
                return;
            }
            http.Response.ContentType = ContentTypes.Json;
            kind.WriteJson(stored.Record, http.Response.BodyWriter);
        }
        catch (StoreUnavailableException)
        {
            await (Problem.OfStatus(503) with
            {
                Title = "The record cannot be read now",
                Id = id,
                RetryAfter = news.RetryAfter,
            }).ExecuteAsync(http);
        }
    }
}
