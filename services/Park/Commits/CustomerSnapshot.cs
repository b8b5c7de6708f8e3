using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The stored form of a customer's state.</summary>
internal static class CustomerSnapshot
{
    public static string Write(CustomerState customer) => JsonSerializer.Serialize(customer, ApiJson.Options);

    public static CustomerState Read(string state) => JsonSerializer.Deserialize<CustomerState>(state, ApiJson.Options)!;
}
