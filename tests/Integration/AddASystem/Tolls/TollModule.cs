using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.OpenApi;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;
using RideIngest.Streams.Systems;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>A system that exists only here: passages are added to accounts, and full accounts are billed.</summary>
public sealed class TollModule() : SystemModule<TollSettings>("tolls")
{
    protected override void Define(SystemBuilder<TollSettings> system)
    {
        var (passages, bills) = (new PassageKind(), new KindFormat<Bill>(new BillKind()));
        system.Describe("Post passages of vehicles, and read their accounts");
        system.Intake("/tolls/passages", passages, subject: _ => "tolls.passages");
        system.Stage<AccountStep, Passage>("accounts", new KindFormat<Passage>(passages), from: ["tolls.passages"]);
        system.Publishes("tolls.bills", bills);
        system.Stage<BillStep, Bill>("ledger", bills, from: ["tolls.bills"]);
        system.Services.AddMigrations("tolls", typeof(AccountStep)).AddScopes(Scopes.Read);
        system.Map(endpoints => endpoints.MapGet("/tolls/accounts/{plate}", AccountAsync)
            .Needs(Scopes.Read).LimitedAsRead()
            .Operation("getTollAccount", "tolls", "What a vehicle owes, and what it was billed")
            .Path("plate", Parameters.Text, "The vehicle's plate")
            .Answers(typeof(Account), 200, "The account"));
    }

    private static async Task<IResult> AccountAsync(string plate, NpgsqlDataSource database, HttpContext http)
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

/// <summary>The section <c>tolls</c>.</summary>
public sealed class TollSettings() : SystemSettings("TOLLS");

internal sealed record Account(int Due, long Billed);
