using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace RideIngest.Storage.SharedKeys;

/// <summary>Keeps ASP.NET Core's data-protection keys in Postgres, so that every process can read what another one has signed.</summary>
internal sealed class PostgresXmlRepository(NpgsqlDataSource database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = database.OpenConnection();
        return [.. connection.Query<string>("select xml from ops.data_protection_keys order by name").Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = database.OpenConnection();
        connection.Execute(
            "insert into ops.data_protection_keys (name, xml) values (@name, @xml) on conflict do nothing",
            new { name = friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) });
    }
}
