using System.Runtime.CompilerServices;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration;

internal static class IntegrationTurn
{
    [ModuleInitializer]
    internal static void Take()
    {
        MachineTurn.Take();
        TestMemory.Use();
    }
}
