using Npgsql;

namespace RideIngest.Faults.Checking;

internal static class NullableColumn
{
    public static T? Maybe<T>(this NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
