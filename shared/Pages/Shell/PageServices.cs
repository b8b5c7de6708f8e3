using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Hosting.Access;

namespace RideIngest.Pages.Shell;

/// <summary>Adds the pages of a module to the shell of its process.</summary>
public static class PageServices
{
    public static IServiceCollection AddPages(this IServiceCollection services, Assembly assembly, params IReadOnlyList<NavEntry> entries)
    {
        services.AddRazorComponents();
        services.TryAddSingleton<PageList>();
        return services.AddSingleton(new ModulePages(assembly, entries));
    }

    /// <summary>Maps the pages of all modules; a later call does nothing.</summary>
    public static void MapPages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<PageList>();
        if (pages.IsMapped)
            return;
        pages.IsMapped = true;
        endpoints.MapRazorComponents<App>().AddAdditionalAssemblies([.. pages.Assemblies]).Add(endpoint =>
        {
            // ASP.NET Core's own, which redirects to where a signed value of ours says.
            if (endpoint.Metadata.OfType<NeedsAttribute>().Any() is false && endpoint.DisplayName == "Blazor Opaque Redirection")
                endpoint.Metadata.Add(new AllowAnonymousAttribute());
        });
        endpoints.MapAssets("/pages", beside: typeof(App), "pages.css", "rideingest.svg");
        endpoints.MapGet("/favicon.ico", () => Results.Redirect("/pages/rideingest.svg")).Public();
    }
}
