using System.Runtime.CompilerServices;
using RideIngest.TestKit;

namespace RideIngest.Integration;

internal static class Turn
{
    [ModuleInitializer]
    internal static void Take()
    {
        MachineTurn.Take();
        TestMemory.Use();
    }
}
