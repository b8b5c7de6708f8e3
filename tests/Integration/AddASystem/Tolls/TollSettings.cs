using RideIngest.Streams.Systems;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>The section <c>tolls</c>.</summary>
public sealed class TollSettings() : SystemSettings("TOLLS");
