using RideIngest.Records.Kinds;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Unit.Records;

/// <summary>A kind of the tests' own, with what bookings and rides lack: free text, an alias, optional flags and choices.</summary>
public sealed record Note : Record<long>
{
    public string Body { get; init; } = "";
    public Mood? Mood { get; init; }
    public bool? Pinned { get; init; }
    public int? Weight { get; init; }
}

public enum Mood
{
    Happy,
    NotSoHappy,
}

public sealed class NoteTable() : Kind<Note>("notes", "tests",
    Text(n => n.Body, 200).Alias("text", "message_body"),
    Choice(n => n.Mood),
    Field(n => n.Pinned),
    Field(n => n.Weight))
{
    public override Note Sample { get; } = new()
    {
        Id = 1,
        Body = "a \"quoted\", \\ \n word: é 𐍈",
        Mood = Records.Mood.NotSoHappy,
        Pinned = true,
        Weight = -7,
    };
}
