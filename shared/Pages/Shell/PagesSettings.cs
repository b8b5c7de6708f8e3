using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Pages.Shell;

/// <summary>The section <c>pages</c>.</summary>
public sealed class PagesSettings
{
    /// <summary>The pages of other processes, for the navigation. One that this process serves itself is skipped.</summary>
    public List<SystemPageSettings> Systems { get; set; } = [];
}

/// <summary>One of <c>pages.systems</c>.</summary>
public sealed class SystemPageSettings
{
    /// <summary>The name in the navigation. The console links a system to the page with its name.</summary>
    [Required, GoodValue("Casino")]
    public string Name { get; set; } = "";

    /// <summary>The page's URL, or its path if a proxy serves all pages under one host name.</summary>
    [Required, RegularExpression(@"(https?://[^/\s]|/(?![/\\]))\S*", ErrorMessage = "It is neither an http or https URL nor a path")]
    [GoodValue("https://casino.example.com/casino")]
    public string Url { get; set; } = "";
}
