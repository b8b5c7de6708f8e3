using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Integration.Casino;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Documents;

/// <summary>The commands of <c>docs/dead-letters.md</c>, run as they stand there.</summary>
public sealed partial class DeadLetterRecipeTests : IDisposable
{
    private const int Owed = 1100;

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerProcessFact]
    public async Task What_is_owed_is_sent_again_and_what_was_refused_is_discarded()
    {
        await using var system = await RideSystem.StartAsync();
        var ids = Given.NewIds(Owed + 1);
        await system.Database.ExecuteAsync("alter table rides.bookings add constraint refused check (user_id <> 22177)");

        // Before the others, which keep the consumer busy for so long that senders are not let wait.
        var refused = await system.PostAsync("/v1/bookings", Given.Booking(ids[^1]));
        var accepted = await system.PostAsync(
            "/v1/bookings/batch", string.Join('\n', ids[..Owed].Select(id => Given.Booking(id))), "application/x-ndjson",
            ("Prefer", "respond-async"));
        Assert.Equal((422, 202), (refused.Status, accepted.Status));
        await Eventually.True(async () => await system.CountAsync("ops.dead_letters") == Owed + 1
            && await system.CountAsync("ops.dead_letters", "owed = 0") == 1);
        await system.Database.ExecuteAsync("alter table rides.bookings drop constraint refused");

        await RunAsync("Look", system.Database, system.Client.BaseAddress!);

        // Again while some are only accepted, as the page says.
        await Eventually.True(async () =>
        {
            await RunAsync("Send again what is owed", system.Database, system.Client.BaseAddress!);
            return await system.CountAsync("ops.dead_letters", "state = 'open'") == 1;
        });

        Assert.Equal(Owed, await system.CountAsync("rides.bookings"));
        Assert.Equal($"{ids[^1]} open 0", await system.Database.ScalarAsync<string>(
            "select string_agg(key || ' ' || state || ' ' || owed, ', ') from ops.dead_letters where state <> 'replayed'"));
        await RunAsync("Discard what was refused", system.Database, system.Client.BaseAddress!);
        Assert.Equal(0, await system.CountAsync("ops.dead_letters", "state = 'open'"));
        Assert.Equal(Owed + 1, await system.CountAsync("ops.dead_letter_actions", "who = 'ada' and note is not null"));
    }

    [ServerProcessFact]
    public async Task A_letter_is_corrected_a_whole_frame_is_sent_again_and_a_mistake_is_reopened()
    {
        await using var system = await RideSystem.StartAsync();
        await using var client = NatsClients.To(system.Nats.Url);
        var first = Given.NewIds(2)[0];
        string[] frames =
        [
            $"\u0000\u0001{Given.Booking(first)}\n",
            string.Concat(Enumerable.Repeat("\n", 10_001)) + Given.Booking(first + 1) + "\n",
        ];
        foreach (var frame in frames)
            (await new NatsJSContext(client).PublishAsync("rides.ingest.bookings", Encoding.UTF8.GetBytes(frame))).EnsureSuccess();
        await Eventually.True(async () => await system.CountAsync("ops.dead_letters", "key is null") == frames.Length);

        foreach (var code in (string[])["undecodable", "too_many_lines"])
        {
            var letter = await system.Database.ScalarAsync<long>($"select id from ops.dead_letters where code = '{code}'");
            await RunAsync(
                "Correct one, or send a whole frame", system.Database, system.Client.BaseAddress!,
                $"letter={letter} EDITOR='sed -i s/^[^{{]*//'");
        }

        Assert.Equal((2, 2), (
            await system.CountAsync("rides.bookings"), await system.CountAsync("ops.dead_letters", "state = 'replayed'")));
        var mistake = await system.Database.ScalarAsync<long>("select min(id) from ops.dead_letters");
        await RunAsync("Reopen one that was closed by mistake", system.Database, system.Client.BaseAddress!, $"letter={mistake}");
        Assert.Equal((1, 1), (
            await system.CountAsync("ops.dead_letters", $"state = 'open' and id = {mistake}"),
            await system.CountAsync("ops.dead_letter_actions", $"action = 'reopened' and who = 'ada' and letter = {mistake}")));
    }

    [ServerProcessFact]
    public async Task An_event_of_the_casino_is_corrected_and_sent_again()
    {
        await using var system = await CasinoSystem.CreateAsync();
        var casino = await system.RunAsync();
        await CasinoSystem.PostAsync(casino, GivenEvents.Deposit(1));
        await CasinoSystem.CountedAsync(casino, 1);
        var broken = Encoding.UTF8.GetBytes(GivenEvents.Bet(2).Replace("101", "101,,", StringComparison.Ordinal));
        (await new NatsJSContext(system.Client).PublishAsync("casino.player", broken)).EnsureSuccess();
        await Eventually.True(async () => await system.Database.ScalarAsync<long>("select count(*) from ops.dead_letters") == 1);

        await RunAsync(
            "Events of the casino", system.Database, casino.BaseAddress!,
            $"letter={await system.Database.ScalarAsync<long>("select id from ops.dead_letters")} EDITOR='sed -i s/,,*/,/g'");

        await CasinoSystem.CountedAsync(casino, 2);
        Assert.Equal("replayed", await system.Database.ScalarAsync<string>("select state from ops.dead_letters"));
    }

    private async Task RunAsync(string heading, NpgsqlDataSource database, Uri http, string variables = "")
    {
        var postgres = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateDatabaseAsync())
        {
            Database = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database,
        };
        var script = string.Join('\n', ["set -e", Code("Once per terminal"), variables, Code(heading)]);
        var start = new ProcessStartInfo("bash", ["-c", Address().Replace(script, http.ToString())])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in ((string, string?)[])[
            ("PGHOST", postgres.Host), ("PGPORT", $"{postgres.Port}"), ("PGDATABASE", postgres.Database), ("PGUSER", postgres.Username),
            ("PGPASSWORD", postgres.Password), ("USER", "ada")])
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        var said = await Task.WhenAll(bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, $"{heading}: {string.Concat(said)}");
    }

    /// <summary>The commands below a heading.</summary>
    private static string Code(string heading)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dead-letters.md"));
        var section = Regex.Match(
            page, $@"^## {Regex.Escape(heading)}\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline);
        var blocks = Block().Matches(section.Value).Select(block => block.Groups[1].Value).ToList();
        Assert.NotEmpty(blocks);
        return string.Join('\n', blocks);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"http://127\.0\.0\.1:808[01]/")]
    private static partial Regex Address();
}
