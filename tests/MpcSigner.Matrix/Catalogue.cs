using System.Text.RegularExpressions;

namespace MpcSigner.Matrix;

/// <summary>One row of what the tests owe: a tampering, an edge value, a mistake, a condition or a kind of fault.</summary>
/// <param name="Protocols">Each is a variant of its own, <c>id@protocol</c>; empty for a row that stands alone.</param>
/// <param name="Levels">Where a test of it is due.</param>
/// <param name="WhyNone">Not empty: no test can provoke it, and this fact prevents it.</param>
internal sealed record Row(
    string Id, string Source, IReadOnlyList<string> Protocols, string TamperedBy, string What, string Expected, IReadOnlyList<Level> Levels, string WhyNone)
{
    public IEnumerable<string> Variants => Protocols.Count == 0 ? [Id] : Protocols.Select(protocol => $"{Id}@{protocol}");
}

/// <summary>How much of the system a test has around it: told by the assembly it stands in.</summary>
internal enum Level
{
    Protocol,
    Processes,
    Simulation,
}

/// <summary>A row at one level: with its protocol where tests stand alone, without it between processes.</summary>
internal sealed record Cell(string Id, Level Level)
{
    public override string ToString() => $"{Id} {Level.ToString().ToLowerInvariant()}";
}

/// <summary>All rows, as <c>tests/Matrix/rows.tsv</c> lists them.</summary>
internal sealed partial class Catalogue
{
    public static readonly IReadOnlyList<string> Protocols = ["setup", "presign", "online", "dkg", "batch", "refresh", "reshare", "recovery", "frost"];

    private const int Columns = 8;

    private readonly Dictionary<string, Row> _byId;

    private Catalogue(IReadOnlyList<Row> rows)
    {
        Rows = rows;
        _byId = rows.ToDictionary(row => row.Id);
    }

    public IReadOnlyList<Row> Rows { get; }

    public static Catalogue Load(string path) => new([.. File.ReadLines(path).Skip(1).Select((line, i) => Parse(line, i + 2))]);

    private static Row Parse(string line, int number)
    {
        var columns = line.Split('\t');
        if (columns.Length != Columns || columns[0].Length == 0)
            throw new FormatException($"rows.tsv, line {number}: {columns.Length} columns, not {Columns}");
        IReadOnlyList<string> protocols = columns[2] == "-" ? [] : columns[2].Split(',');
        if (protocols.Except(Protocols).FirstOrDefault() is { } unknown)
            throw new FormatException($"rows.tsv, line {number}: no protocol is named '{unknown}'");
        return new(columns[0], columns[1], protocols, columns[3], columns[4], columns[5], [.. columns[6].Split(',').Select(name => Enum.Parse<Level>(name, ignoreCase: true))], columns[7]);
    }

    /// <summary>The row of an id, with or without a protocol; null where there is none.</summary>
    public Row? Find(string id)
    {
        var at = id.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !Protocols.Contains(id[(at + 1)..]))
            return null;
        return _byId.GetValueOrDefault(at < 0 ? id : id[..at]);
    }

    /// <summary>A claim under the id that the catalogue writes: C3 is C03, and a row without its letter, which only a history of many may claim, is all of its letters.</summary>
    public IEnumerable<Claim> Resolve(Claim claim)
    {
        var padded = SingleDigit().Replace(claim.Trait, "${letter}0${digit}");
        if (Find(padded) is not null || claim.Level != Level.Simulation)
            return [claim with { Id = padded }];
        var (id, at) = (padded.Split('@')[0], padded.IndexOf('@', StringComparison.Ordinal));
        var letters = Rows.Where(row => row.Id.Length == id.Length + 1 && row.Id.StartsWith(id, StringComparison.Ordinal)).ToList();
        return letters.Count == 0 ? [claim] : letters.Select(row => claim with { Id = at < 0 ? row.Id : row.Id + padded[at..] });
    }

    [GeneratedRegex(@"^(?<letter>[A-Z])(?<digit>\d)(?!\d)")]
    private static partial Regex SingleDigit();

    /// <summary>Every cell in which a test is due.</summary>
    /// <remarks>Between processes one protocol is enough: what differs between protocols is tested without them.</remarks>
    public IEnumerable<Cell> Due() =>
        from row in Rows
        where row.WhyNone.Length == 0
        from level in row.Levels
        from id in level == Level.Protocol ? row.Variants : [row.Id]
        select new Cell(id, level);

    /// <summary>The due cells that no test claims.</summary>
    public IEnumerable<Cell> Gaps(IReadOnlyCollection<Claim> claims)
    {
        var covered = claims.SelectMany(claim => (Cell[])[new(claim.Id, claim.Level), new(claim.Id.Split('@')[0], claim.Level)]).ToHashSet();
        return Due().Where(cell => !covered.Contains(cell));
    }
}
