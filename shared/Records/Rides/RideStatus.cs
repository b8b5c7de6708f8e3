namespace RideIngest.Records.Rides;

public enum RideStatus
{
    Completed,
    Cancelled,
    NoShow,
}
