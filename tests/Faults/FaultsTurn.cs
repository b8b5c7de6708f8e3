using System.Runtime.CompilerServices;
using RideIngest.TestKit.Servers;

namespace RideIngest.Faults;

internal static class FaultsTurn
{
    [ModuleInitializer]
    internal static void Take()
    {
        MachineTurn.Take();
        TestMemory.Use();
    }
}
