namespace MpcSigner.Node.Hardening;

/// <summary>Does this machine keep time? Requests of clients and peers whose clocks differ by more than two minutes are refused.</summary>
internal static class ClockCheck
{
    public static HardeningCheck Run(TimeProvider time)
    {
        var now = time.GetUtcNow();
        var built = File.GetLastWriteTimeUtc(typeof(ClockCheck).Assembly.Location);
        if (now < built)
            return new("clock", HardeningOutcome.Failed, $"the clock says {now:u}, before this program was built ({built:u})", "set the clock");
        Span<byte> timex = stackalloc byte[LibC.TimexSize];
        timex.Clear(); // modes = 0: only read
        return LibC.adjtimex(timex) switch
        {
            LibC.TIME_ERROR => new("clock", HardeningOutcome.Advised, $"{now:u}; the kernel says that no time service keeps it", "run chrony, ntpd or systemd-timesyncd"),
            < 0 => new("clock", HardeningOutcome.Advised, $"{now:u}; the kernel does not say whether it is kept", "check that a time service runs on the host"),
            _ => new("clock", HardeningOutcome.Passed, $"{now:u}, kept by a time service", ""),
        };
    }
}
