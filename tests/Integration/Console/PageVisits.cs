using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Console;

/// <summary>Opens pages of a console in a real browser, and notes what the browser complains about.</summary>
internal sealed class PageVisits(string url)
{
    private readonly List<string> _complaints = [];
    private readonly List<IPage> _pages = [];

    /// <summary>Opens a page; signs in if the key is given.</summary>
    public async Task<IPage> OpenAsync(string path, string? key = null, int status = 200)
    {
        var browser = await DebianChromium.SharedAsync();
        var page = await browser.NewPageAsync(new() { BaseURL = url });
        _pages.Add(page);
        if (key is not null)
        {
            await page.GotoAsync("/sign-in?return=/letters");
            await SignInAsync(page, key);
            await Expect(page.Locator(".signed-in")).ToBeVisibleAsync();
        }
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        var answer = await page.GotoAsync(path);
        Assert.Equal(status, answer!.Status);
        return page;
    }

    public static async Task SignInAsync(IPage page, string key)
    {
        await page.GetByLabel("API key or token").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <param name="but">A status that the browser reports, as it does for each answer that is a refusal.</param>
    public void AssertNoComplaints(string? but = null) =>
        Assert.DoesNotContain(_complaints, complaint => but is null || !complaint.Contains(but, StringComparison.Ordinal));

    public async Task CloseAsync()
    {
        foreach (var page in _pages)
            await page.CloseAsync();
    }
}
