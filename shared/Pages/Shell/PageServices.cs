using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Telemetry;
using RideIngest.Pages.Kit;

namespace RideIngest.Pages.Shell;

/// <summary>Adds the pages of a module to the shell of its process.</summary>
public static class PageServices
{
    private const string OwnRedirection = "Blazor Opaque Redirection";

    public static IServiceCollection AddPages(this IServiceCollection services, Assembly assembly, params IReadOnlyList<NavEntry> entries)
    {
        services.AddRazorComponents();
        services.AddSettings<TelemetrySettings>("telemetry").AddSettings<PagesSettings>("pages");
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
        endpoints.MapRazorComponents<App>().AddAdditionalAssemblies([.. pages.Assemblies]).RefusesWith(RefuseAsync).Add(Adapt);
        endpoints.MapAssets("/pages", beside: typeof(App), "pages.css", "rideingest.svg");
        endpoints.MapAssets("/pages", beside: typeof(Figure), "chart.js", "live.js", "refresh.js");
        endpoints.MapGet("/favicon.ico", () => Results.Redirect("/pages/rideingest.svg")).Public();
    }

    // To sign in, or in another way.
    private static Task RefuseAsync(HttpContext context, Problem problem)
    {
        var back = Uri.EscapeDataString(context.Request.Path + context.Request.QueryString);
        context.Response.Redirect($"/sign-in?return={back}{(problem.Status == StatusCodes.Status403Forbidden ? "&lacks=scope" : "")}");
        return Task.CompletedTask;
    }

    private static void Adapt(EndpointBuilder endpoint)
    {
        // ASP.NET Core's own, which redirects to what it has signed before.
        if (endpoint.DisplayName == OwnRedirection)
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
        var methods = endpoint.Metadata.OfType<HttpMethodMetadata>().SingleOrDefault();
        if (methods?.HttpMethods.Contains(HttpMethods.Get) is true)
        {
            endpoint.Metadata.Remove(methods);
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
        }
    }
}
