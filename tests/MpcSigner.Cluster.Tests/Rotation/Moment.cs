using MpcSigner.Cluster.Tests.Crash;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A message on one leg of its way, and what happens there.</summary>
/// <param name="Victim">Who is killed; of a cut the participant; of <see cref="Blow.KillAll"/> nobody in particular.</param>
internal sealed record Moment(RelayedWord Word, Blow Blow, string Victim)
{
    /// <summary>A job may be over before it comes.</summary>
    public bool MayFollowEnd { get; init; }

    /// <summary>All moments of a message of a session.</summary>
    /// <remarks>
    /// Of all that may happen at a message, what loses most: its sender before anybody has heard it, its receiver in the middle of what follows from it, and, where it goes over the coordinator, the
    /// coordinator with the message in hand. A message between participants is cut on its second leg: sender and coordinator think that all is well.
    /// </remarks>
    public static IEnumerable<Moment> Of(string coordinator, string what, params IEnumerable<(string From, string To)> ways)
    {
        foreach (var (from, to) in ways)
        {
            RelayedWord first = new(what, from, to, ToCallee: from == coordinator), last = first with { ToCallee = to != coordinator };
            yield return new(first, Blow.KillBefore, from);
            if (first != last)
                yield return new(last, Blow.KillBefore, coordinator);
            yield return new(last, Blow.KillAfter, to);
            yield return new(last, Blow.KillAll, "");
            yield return new(last, Blow.Cut, to != coordinator ? to : from);
        }
    }

    /// <summary>All moments of a participant's call to the coordinator: the question is lost with either, or the answer.</summary>
    public static IEnumerable<Moment> OfCall(string coordinator, string what, string caller)
    {
        RelayedWord question = new(what, caller, coordinator, ToCallee: true), answer = new(what + RelayedWord.Answered, coordinator, caller, ToCallee: false);
        return
        [
            new(question, Blow.KillBefore, caller), new(question, Blow.KillBefore, coordinator), new(question, Blow.Cut, caller),
            new(answer, Blow.KillBefore, caller), new(answer, Blow.KillBefore, coordinator), new(answer, Blow.KillAll, ""),
        ];
    }

    /// <summary>All moments of the coordinator's call to a node that was not in the session.</summary>
    public static IEnumerable<Moment> OfTeaching(string coordinator, string what, string outsider)
    {
        RelayedWord question = new(what, coordinator, outsider, ToCallee: true), answer = new(what + RelayedWord.Answered, outsider, coordinator, ToCallee: false);
        Moment[] moments =
        [
            new(question, Blow.KillBefore, coordinator), new(question, Blow.KillBefore, outsider), new(question, Blow.Cut, outsider),
            new(answer, Blow.KillBefore, coordinator), new(answer, Blow.KillBefore, outsider), new(answer, Blow.KillAll, ""),
        ];
        return moments.Select(moment => moment with { MayFollowEnd = true });
    }

    /// <summary>Everybody dies with something on a disk that the message before had not put there: START and READY follow nothing durable, and round 2 nothing that round 1 does not.</summary>
    public bool IsKillOfAll => Blow == Blow.KillAll && Word.What is not ("Start" or "Ready" or "Round 2");

    public bool IsKillOf(string node) => Blow is Blow.KillBefore or Blow.KillAfter && Victim == node;

    public override string ToString() => $"{Word.What} of {Word.From} to {Word.To}, {(Word.ToCallee ? $"before {Word.To}" : $"behind {Word.From}")}: {Blow} {Victim}";
}
