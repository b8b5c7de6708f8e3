using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Processes;

namespace RideIngest.Unit.Hosting;

/// <summary>How configuration is read, seen from a module that asks for a section named <c>kitchen</c>.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("settings-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_a_file_the_defaults_hold() => Assert.Equal(4, Load().OvenCount);

    [Fact]
    public void The_file_wins_over_the_default_and_the_command_line_over_the_file()
    {
        var file = Yaml("kitchen:\n  oven_count: 6\n  preheat: 10m\n");

        Assert.Equal(6, Load("--config-path", file).OvenCount);
        Assert.Equal(TimeSpan.FromMinutes(10), Load("--config-path", file).Preheat);
        Assert.Equal(8, Load("--config-path", file, "--kitchen:oven_count=8").OvenCount);
        Assert.Equal(9, Load("--config-path", file, "--kitchen.ovenCount", "9").OvenCount);
    }

    [Fact]
    public void The_environment_stands_between_the_file_and_the_command_line()
    {
        // A section of its own: the environment is everybody's.
        using var variable = new Variable("RIDEINGEST__CELLAR__OVEN_COUNT", "7");
        var file = Yaml("cellar:\n  oven_count: 6\n");

        Assert.Equal(7, Load("cellar", "--config-path", file).OvenCount);
        Assert.Equal(8, Load("cellar", "--config-path", file, "--cellar:oven_count=8").OvenCount);
    }

    [Fact]
    public void A_secret_comes_from_a_file_whichever_way_the_file_is_named()
    {
        var secret = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(secret, "hush hush\n");
        using var variable = new Variable("RIDEINGEST__PANTRY__PASSWORD_FILE", secret);

        Assert.Equal("hush hush", Load("pantry").Password);
        Assert.Equal("hush hush", Load("--config-path", Yaml($"kitchen:\n  password_file: {secret}\n")).Password);
    }

    [Fact]
    public void A_secret_file_that_is_not_there_is_named() =>
        Assert.Contains("/no/such/secret", Problem("--kitchen:password_file=/no/such/secret"), StringComparison.Ordinal);

    [Fact]
    public void A_secret_file_is_named_as_in_the_documentation_however_its_key_is_written()
    {
        using var variable = new Variable("RIDEINGEST__KITCHEN__PASSWORD_FILE", "/no/such/secret");

        Assert.Contains("kitchen.password_file: the file /no/such/secret", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_file_that_is_empty_is_an_error() =>
        Assert.Contains("is empty", Problem("--kitchen:password_file=/dev/null"), StringComparison.Ordinal);

    [Fact]
    public void A_named_file_that_is_not_there_is_an_error() =>
        Assert.Contains(
            "there is no file", Problem("--config-path", Path.Combine(_folder.FullName, "none.yaml")), StringComparison.Ordinal);

    [Fact]
    public void The_file_may_be_named_as_it_was_for_the_old_service()
    {
        var file = Yaml("kitchen:\n  oven_count: 6\n");

        Assert.Equal(6, Load($"-config-path={file}").OvenCount);
        Assert.Equal(6, Load("-config-path", file).OvenCount);
        Assert.Equal(8, Load($"-config-path={file}", "--kitchen:oven_count=8").OvenCount);
        Assert.Contains("there is no file", Problem("-config-path=none.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--config-path")]
    [InlineData("--config-path=")]
    [InlineData("-config-path")]
    [InlineData("-config-path=")]
    public void A_file_that_is_not_named_is_an_error(string argument) =>
        Assert.Equal("--config-path: a value is missing.", Problem(argument));

    [Theory]
    [InlineData("-config-paths=config.yaml")]
    [InlineData("-kitchen:oven_count=6")]
    [InlineData("-urls=http://127.0.0.1:8080")]
    [InlineData("-")]
    [InlineData("--")]
    public void Every_other_argument_with_one_dash_is_an_error_that_shows_how_settings_look(string argument) =>
        Assert.Equal(
            $"{argument}: not understood on the command line; settings look like --nats:url=nats://127.0.0.1:4222.", Problem(argument));

    [Fact]
    public void A_misspelt_key_is_an_error_with_its_line_and_the_key_that_was_meant()
    {
        var problem = Problem("--config-path", Yaml("kitchen:\n  # four of them\n  oven_cuont: 6\n"));

        Assert.Contains("kitchen.oven_cuont", problem, StringComparison.Ordinal);
        Assert.Contains("line 3", problem, StringComparison.Ordinal);
        Assert.Contains("Did you mean kitchen.oven_count?", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_section_is_an_error_and_another_services_section_is_not()
    {
        Assert.Contains("Did you mean kitchen?", Problem("--config-path", Yaml("kitchn:\n  oven_count: 6\n")), StringComparison.Ordinal);
        Assert.Equal(4, Load("--config-path", Yaml("ballroom:\n  chandeliers: 12\n")).OvenCount);
    }

    [Fact]
    public void Broken_yaml_is_an_error_with_its_line() =>
        Assert.Contains("line 2", Problem("--config-path", Yaml("kitchen:\n  oven_count: [6\nmore: }\n")), StringComparison.Ordinal);

    [Fact]
    public void A_key_given_twice_is_an_error() =>
        Assert.Contains("YAML", Problem("--config-path", Yaml("kitchen:\n  oven_count: 6\n  oven_count: 7\n")), StringComparison.Ordinal);

    [Fact]
    public void All_problems_are_told_at_once_each_with_a_good_value()
    {
        var problems = Problems("--config-path", Yaml("kitchen:\n  oven_count: many\n  preheat: a while\n  fuel: coal\n"));

        Assert.Equal(3, problems.Count);
        Assert.Contains(
            problems, p => p.StartsWith(
                "kitchen.oven_count: \"many\" is not a whole number (config.yaml line 2). A good value: 4", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("500ms, 5s or 1h30m", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("one of wood, gas, electric", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_out_of_bounds_is_an_error() =>
        Assert.Contains("between 1 and 12", Problem("--kitchen:oven_count=13"), StringComparison.Ordinal);

    [Fact]
    public void A_secret_is_not_printed_even_when_it_is_wrong() =>
        Assert.DoesNotContain("swordfish", Problem("--kitchen:password=swordfish-that-is-too-long"), StringComparison.Ordinal);

    [Fact]
    public void Lists_replace_each_other_and_maps_join()
    {
        var file = Yaml("kitchen:\n  menu: [soup, fish, cake]\n  prices: {soup: 3, fish: 9}\n");

        Assert.Equal(["soup", "fish", "cake"], Load("--config-path", file).Menu);
        Assert.Equal(["stew", "pie"], Load("--config-path", file, "--kitchen:menu=stew, pie").Menu);
        Assert.Equal(11, Load("--config-path", file, "--kitchen:prices:fish=11").Prices["fish"]);
        Assert.Equal(3, Load("--config-path", file, "--kitchen:prices:fish=11").Prices["soup"]);
        Assert.Equal(1, Load("--config-path", file).Prices["bread"]);
    }

    [Fact]
    public void A_list_of_sections_is_read()
    {
        var cooks = Load("--config-path", Yaml("kitchen:\n  cooks:\n    - name: Ana\n      shift: 8h\n    - name: Bo\n")).Cooks;

        Assert.Equal(["Ana", "Bo"], cooks.Select(c => c.Name));
        Assert.Equal(TimeSpan.FromHours(8), cooks[0].Shift);
    }

    [Theory]
    [InlineData("kitchen")]
    [InlineData("-x")]
    [InlineData("--kitchen:oven_count")]
    [InlineData("--ballroom:chandeliers=1")]
    public void What_the_command_line_does_not_know_is_an_error(string argument) => Assert.Single(Problems(argument));

    [Fact]
    public void An_empty_value_is_no_value() => Assert.Null(Load("--config-path", Yaml("kitchen:\n  password:\n")).Password);

    private string Yaml(string text)
    {
        var file = Path.Combine(_folder.FullName, "config.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private static Kitchen Load(params string[] args)
    {
        var section = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : "kitchen";
        return RideIngestHost.Create("test", section == "kitchen" ? args : args[1..], new KitchenModule(section)).Settings.Get<Kitchen>();
    }

    private static IReadOnlyList<string> Problems(params string[] args) =>
        Assert.Throws<SettingsException>(() => RideIngestHost.Create("test", args, new KitchenModule("kitchen"))).Problems;

    private static string Problem(params string[] args) => Assert.Single(Problems(args));

    public enum Fuel { Wood, Gas, Electric }

    public sealed class Cook
    {
        [Required]
        public string? Name { get; set; }

        public TimeSpan Shift { get; set; }
    }

    public sealed class Kitchen
    {
        [Range(1, 12, ErrorMessage = "It must be between 1 and 12"), GoodValue("4")]
        public int OvenCount { get; set; } = 4;

        public TimeSpan Preheat { get; set; } = TimeSpan.FromMinutes(5);

        public Fuel Fuel { get; set; }

        [Secret, MaxLength(12)]
        public string? Password { get; set; }

        public List<string> Menu { get; set; } = [];

        public List<Cook> Cooks { get; set; } = [];

        public Dictionary<string, int> Prices { get; set; } = new() { ["bread"] = 1 };
    }

    private sealed class KitchenModule(string section) : IModule
    {
        public string Name => section;

        public void AddServices(IServiceCollection services) => services.AddSettings<Kitchen>(section);

        public void MapEndpoints(IEndpointRouteBuilder endpoints) { }
    }

    private sealed class Variable : IDisposable
    {
        private readonly string _name;

        public Variable(string name, string value) => Environment.SetEnvironmentVariable(_name = name, value);

        public void Dispose() => Environment.SetEnvironmentVariable(_name, null);
    }
}
