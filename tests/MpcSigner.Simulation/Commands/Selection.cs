using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>Which histories are lived: a seed's own plan, or one that is made for a lie or a conduct; and what is left out of it.</summary>
internal sealed class Selection
{
    public const string Usage = "[--rotating | --telling ROW | --cheating CONDUCT[/PROTOCOL]] [--without PART,PART...]";

    private readonly bool _rotating;
    private readonly string? _row, _conduct;
    private readonly IReadOnlyList<string> _without;

    /// <exception cref="ArgumentException">No such row, conduct, protocol or part.</exception>
    public Selection(Arguments arguments)
    {
        _rotating = arguments.Has("--rotating");
        (_row, _conduct) = (arguments.Text("--telling"), arguments.Text("--cheating"));
        _without = arguments.Text("--without")?.Split(',') ?? [];
        if (_row is not null && LieBook.All.All(lie => lie.Row != _row))
            throw new ArgumentException($"no lie is called {_row}");
        if (_conduct is not null)
            _ = Cheating(_conduct, 0);
    }

    /// <summary>Null: this seed is passed over.</summary>
    public Plan? PlanOf(ulong seed)
    {
        var plan = _row is not null ? FocusedPlans.Telling(LieBook.Find(_row), seed) : _conduct is not null ? Cheating(_conduct, seed) : Plan.Draw(seed);
        return _rotating && plan.Rotation is null ? null : PlanParts.Without(plan, _without);
    }

    /// <summary>The same choice for another run, of one history and all that was left out of it.</summary>
    public string OptionsFor(Plan plan) =>
        (_row is not null ? $" --telling {_row}" : _conduct is not null ? $" --cheating {_conduct}" : "")
        + (plan.Without.Count == 0 ? "" : $" --without {string.Join(',', plan.Without.Order(StringComparer.Ordinal))}");

    private static Plan Cheating(string text, ulong seed)
    {
        var words = text.Split('/');
        var protocol = words.Length == 1 ? ProtocolKind.Frost : words[1] == "ecdsa" ? ProtocolKind.Presign : Enum.Parse<ProtocolKind>(words[1], ignoreCase: true);
        return FocusedPlans.Cheating(Enum.Parse<Conduct>(words[0]), protocol, seed);
    }
}
