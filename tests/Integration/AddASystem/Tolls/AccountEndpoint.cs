using System.ComponentModel;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary><c>GET /tolls/accounts/{plate}</c>.</summary>
internal static class AccountEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/tolls/accounts/{plate}", GetAsync)
        .Needs(Scopes.Read)
        .LimitedAsRead()
        .Operation("getTollAccount", "tolls", "What a vehicle owes, and what it was billed")
        .Path("plate", Parameters.Text, "The vehicle's plate")
        .Answers(typeof(Account), 200, "The account")
        .Refuses("unauthorized", "forbidden", "too-many-requests", "internal", ("unavailable", "Postgres is unavailable."));

    // If Postgres is unavailable, the exception becomes the answer 503.
    private static async Task<IResult> GetAsync(string plate, NpgsqlDataSource database, HttpContext http)
    {
        await using var connection = await database.OpenConnectionAsync(http.RequestAborted);
        return TypedResults.Json(await connection.QuerySingleAsync<Account>(
            """
            select coalesce((select due from tolls.accounts where plate = @plate), 0) as due,
                   coalesce((select sum(cents) from tolls.ledger where plate = @plate), 0) as billed
            """,
            new { plate }));
    }
}

/// <summary>The state of an account, in cents.</summary>
internal sealed record Account(
    [property: Description("Cents that are not billed yet")] int Due,
    [property: Description("Cents that were billed")] long Billed);
