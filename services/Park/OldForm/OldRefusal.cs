using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;

namespace RideIngest.Park.OldForm;

/// <summary>An error in the old form.</summary>
internal sealed class OldRefusal(int status, string text, TimeSpan? retryAfter = null) : IResult
{
    private static readonly TimeSpan UntilAgain = TimeSpan.FromSeconds(2);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = Problem.Seconds(retryAfter ?? UntilAgain);
        return ApiJson.Answer(new OldError(text), status).ExecuteAsync(httpContext);
    }
}
