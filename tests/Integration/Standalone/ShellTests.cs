using System.Reflection;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using RideIngest.Pages.Shell;
using RideIngest.Standalone;
using RideIngest.Standalone.Servers;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Standalone;

/// <summary>What holds for every page of the shell, in a real browser.</summary>
public sealed class ShellTests(ShellRig rig) : IClassFixture<ShellRig>
{
    /// <summary>All pages without parameters in their address.</summary>
    public static TheoryData<string> Addresses => [.. All()];

    [Fact]
    public void The_pages_are_found() => Assert.Superset(
        (HashSet<string>)["/", "/casino", "/rides", "/sign-in"], All().ToHashSet());

    [Theory, MemberData(nameof(Addresses))]
    public async Task A_page_has_no_violations_that_axe_finds_light_and_wide_and_dark_and_narrow(string address)
    {
        var page = await rig.OpenAsync(address);
        var backgrounds = new HashSet<string>();

        foreach (var (scheme, width) in ((ColorScheme, int)[])[(ColorScheme.Light, 1280), (ColorScheme.Dark, 400)])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 800);
            backgrounds.Add(await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
            var found = await page.RunAxe();
            Assert.Empty(found.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{scheme} {width} {rule.Id}: {node.Html}")));
        }

        Assert.Equal(2, backgrounds.Count);
    }

    [Theory, MemberData(nameof(Addresses))]
    public async Task A_page_is_no_wider_than_a_phone(string address)
    {
        var page = await rig.OpenAsync(address);

        await page.SetViewportSizeAsync(400, 800);

        Assert.Equal(400, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Theory, MemberData(nameof(Addresses))]
    public async Task The_keyboard_reaches_everything_on_a_page_and_its_place_is_visible(string address)
    {
        const string Reached = "document.activeElement === document.body ? null : document.activeElement.textContent.trim()";
        var page = await rig.OpenAsync(address);
        var links = await page.Locator("nav a").AllInnerTextsAsync();
        var reached = new List<string>();

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await Expect(page.Locator(".skip")).ToBeInViewportAsync();
        while (await page.EvaluateAsync<string?>(Reached) is { } text && reached.Count < 200)
        {
            reached.Add(text);
            Assert.NotEqual("none", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Equal(["Skip to content", "RideIngest", .. links], reached.Take(links.Count + 2));
        await page.Locator(".skip").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#main$"));
    }

    private static IEnumerable<string> All() => Composition.Of(new PrivateServers())
        .Select(module => module.GetType().Assembly)
        .Append(typeof(App).Assembly)
        .Distinct()
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
        .Select(route => route.Template)
        .Where(template => !template.Contains('{', StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
