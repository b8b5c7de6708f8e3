namespace RideIngest.Parking.Settings;

/// <summary>A role of a process, selected with <c>--roles</c>.</summary>
public enum ParkingRole
{
    /// <summary>Takes events and serves what is known.</summary>
    Api,

    /// <summary>Generates entries.</summary>
    EntryGate,

    /// <summary>Generates exits.</summary>
    ExitGate,

    /// <summary>Pairs entries and exits, and has each visit written to the summary file.</summary>
    Visits,

    /// <summary>Owns the summary file.</summary>
    Summary,

    /// <summary>Issues and sends invoices.</summary>
    Invoices,
}
