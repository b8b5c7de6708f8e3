using RideIngest.Hosting.Access;
using RideIngest.Hosting.OpenApi;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Systems;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>A system that exists only here: passages are added to accounts, and full accounts are billed.</summary>
public sealed class TollModule() : SystemModule<TollSettings>("tolls")
{
    protected override void Define(SystemBuilder<TollSettings> system)
    {
        var (passages, bills) = (new PassageKind(), new BillKind());
        system.Describe("Post passages of vehicles, and read their accounts");
        system.Intake("/tolls/passages", passages, subject: _ => "tolls.passages");
        system.Stage<AccountStep, Passage>("accounts", passages, from: ["tolls.passages"]);
        system.Publishes("tolls.bills", bills);
        system.Stage<BillStep, Bill>("ledger", bills, from: ["tolls.bills"]);
        system.Services.AddMigrations("tolls", typeof(AccountStep)).AddScopes(Scopes.Read);
        system.Map(AccountEndpoint.Map);
    }
}
