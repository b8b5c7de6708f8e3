using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Problems;

namespace RideIngest.Pages.Kit;

/// <summary>A page that reads data. What refuses it, such as a server that is away, it shows instead of failing.</summary>
public abstract class DataPage : ComponentBase
{
    [CascadingParameter]
    protected HttpContext Http { get; set; } = null!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IEnumerable<IExceptionProblem> Problems { get; set; } = null!;

    /// <summary>Why the page has no data, or why an action was not done.</summary>
    protected Problem? Problem { get; private set; }

    protected abstract Task LoadAsync();

    protected sealed override Task OnInitializedAsync() => TryAsync(async () =>
    {
        await LoadAsync();
        return null;
    });

    /// <summary>Acts on a form; when it is done, the browser goes to another page, so that a reload does not act again.</summary>
    protected async Task ActAsync(Func<Task<Problem?>> act, Func<string> next)
    {
        if (Problem is null && await TryAsync(act))
            Navigation.NavigateTo(next());
    }

    protected void Refuse(Problem problem)
    {
        Problem = problem;

        // Not before the page is rendered, because Blazor renders no page with the status 404.
        Http.Response.OnStarting(() =>
        {
            Http.Response.StatusCode = problem.Status;
            return Task.CompletedTask;
        });
    }

    private async Task<bool> TryAsync(Func<Task<Problem?>> work)
    {
        try
        {
            if (await work() is not { } problem)
                return Problem is null;
            Refuse(problem);
        }
        catch (Exception e) when (ProblemOf(e) is { } problem)
        {
            Refuse(problem);
        }
        return false;
    }

    private Problem? ProblemOf(Exception e) =>
        Problems.Select(known => known.ProblemOf(e)?.Problem).FirstOrDefault(problem => problem is not null);
}
