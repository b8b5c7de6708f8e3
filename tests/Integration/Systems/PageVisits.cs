using Microsoft.Playwright;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Systems;

/// <summary>Opens pages in a real browser, and notes what the browser complains about.</summary>
internal sealed class PageVisits
{
    // A visitor leaves a page before all of it is loaded. What is not there, or is refused, has a status.
    private const string LeftWhileLoading = "Failed to load resource: net::ERR_FAILED";

    private readonly List<string> _complaints = [];
    private readonly List<IPage> _pages = [];

    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>A new visitor of a process, who has opened no page yet.</summary>
    public async Task<IPage> NewAsync(string url)
    {
        var browser = await DebianChromium.SharedAsync();
        var page = await browser.NewPageAsync(new() { BaseURL = url });
        page.SetDefaultTimeout((float)Deadlines.Hang.TotalMilliseconds);
        _pages.Add(page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && message.Text != LeftWhileLoading)
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        return page;
    }

    /// <summary>Opens a page as a new visitor; signs in before if the key is given.</summary>
    public async Task<IPage> OpenAsync(string url, string path, string? key = null, int status = 200)
    {
        var page = await NewAsync(url);
        if (key is not null)
        {
            await page.GotoAsync("/sign-in?return=/letters");
            await SignInAsync(page, key);
            await Expect(page.Locator(".signed-in")).ToBeVisibleAsync();
        }
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
    public void AssertNoComplaints(string but) =>
        Assert.DoesNotContain(_complaints, complaint => !complaint.Contains(but, StringComparison.Ordinal));

    public async Task CloseAsync()
    {
        foreach (var page in _pages)
            await page.CloseAsync();
        _pages.Clear();
    }
}
