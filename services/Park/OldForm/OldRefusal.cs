using RideIngest.Hosting.Endpoints;

namespace RideIngest.Park.OldForm;

/// <summary>An error in the old form.</summary>
internal sealed class OldRefusal(int status, string text) : IResult
{
    private const string SecondsUntilAgain = "2";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = SecondsUntilAgain;
        return ApiJson.Answer(new OldError(text), status).ExecuteAsync(httpContext);
    }
}
