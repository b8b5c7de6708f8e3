using System.Buffers;
using System.Globalization;
using System.Text;
using RideIngest.Contracts.Finding;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Finding;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Receipts;

/// <summary>Finds stored records by their ids, and the states of receipts.</summary>
internal sealed class RecordFinder(ReceiptLookup lookup, Catalog catalog) : IFinder
{
    public string System => RidesSystem.Name;

    public async Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            if (Receipt.TryParse(text, out var receipt) && catalog.Find(receipt.Kind, out var kind))
                return [await OfReceiptAsync(receipt, cancellationToken), .. await OfIdAsync([kind], receipt.Id, cancellationToken)];
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? await OfIdAsync(catalog.Kinds, id, cancellationToken)
                : [];
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }

    private async Task<Found> OfReceiptAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var state = await lookup.FindAsync(receipt, cancellationToken);
        var why = state.Error is null ? "" : $", {state.Error}";
        return new Found(System, "receipt", Key(receipt.Id), $"{receipt.Kind} {receipt.Id}: {state.Status.Word()}{why}");
    }

    private async Task<IReadOnlyList<Found>> OfIdAsync(IEnumerable<Kind> kinds, long id, CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        foreach (var kind in kinds)
        {
            if (await lookup.FindRowAsync(kind.Name, id, cancellationToken) is not { } stored)
                continue;
            var json = new ArrayBufferWriter<byte>();
            kind.WriteJson(stored.Record, json);
            found.Add(new Found(System, kind.Name, Key(id), Encoding.UTF8.GetString(json.WrittenSpan)));
        }
        return found;
    }

    private static string Key(long id) => id.ToString(CultureInfo.InvariantCulture);
}
