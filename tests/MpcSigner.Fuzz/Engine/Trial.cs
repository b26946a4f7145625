using System.Diagnostics;

namespace MpcSigner.Fuzz.Engine;

/// <summary>One input at one door: what came of it, how long it took, what it allocated.</summary>
internal readonly record struct Trial(bool Accepted, TimeSpan Took, long Allocated, FindingKind? Kind, string Detail)
{
    /// <summary>No input may keep a node busy for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public static Trial Of(Door door, IEpisode episode, byte[] input)
    {
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var trial = Guarded(() => episode.Take(input));
        return trial.Kind is null ? trial.Judged(door, input.Length, GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) : trial;
    }

    /// <summary>The end of an episode: no bound of time or memory, since it lets live what many inputs began.</summary>
    public static Trial OfEnd(IEpisode episode) => Guarded(() =>
    {
        episode.End();
        return true;
    });

    private Trial Judged(Door door, int length, long allocated)
    {
        if (Took > door.Longest)
            return this with { Allocated = allocated, Kind = FindingKind.Slow, Detail = $"{Took.TotalMilliseconds:0} ms" };
        var bound = door.AllocatedAtMost + (long)door.AllocatedPerByte * length;
        return allocated > bound
            ? this with { Allocated = allocated, Kind = FindingKind.Large, Detail = $"{allocated} bytes allocated for {length}, at most {bound}" }
            : this with { Allocated = allocated };
    }

    private static Trial Guarded(Func<bool> offer)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return new(offer(), Stopwatch.GetElapsedTime(began), 0, null, "");
        }
        catch (Wrong wrong)
        {
            return new(true, Stopwatch.GetElapsedTime(began), 0, FindingKind.WronglyAccepted, wrong.Message);
        }
#pragma warning disable CA1031 // whatever a door throws is what is looked for
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new(false, Stopwatch.GetElapsedTime(began), 0, FindingKind.Threw, $"{e.GetType().Name}: {e.Message}\n{FirstFrames(e)}");
        }
    }

    /// <summary>Names a finding apart from its numbers, so that a smaller input counts as the same one.</summary>
    public string Signature => Kind is FindingKind.Threw ? Detail.Split(':')[0] + Detail.Split('\n').ElementAtOrDefault(1) : $"{Kind}";

    private static string FirstFrames(Exception e) => string.Join('\n', (e.StackTrace ?? "").Split('\n').Take(6).Select(line => "    " + line.Trim()));
}
