using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace RideIngest.Integration.Systems;

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseHeaders Headers, string? ContentType)
{
    public JsonNode Json => field ??= JsonNode.Parse(Text)!;

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using (response)
            return new Answer(
                (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers,
                response.Content.Headers.ContentType?.MediaType);
    }
}
