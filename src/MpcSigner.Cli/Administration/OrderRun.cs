using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>What becomes of composed orders: signed with the keys at hand, then given to a node, or written to a file for those who sign next.</summary>
internal sealed class OrderRun
{
    private readonly Option<string?> _file = new("--out") { HelpName = "FILE", Description = "Write the orders, as far as they are signed, to FILE instead of giving them to a node" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Watch the job until it has ended; the exit code then tells its outcome" };
    private readonly Option<string?> _via = new("--via") { HelpName = "NAME", Description = "The node that runs the job; it must take part in all of its orders. Chosen if not given" };

    /// <param name="job">Whether jobs come of it, which can be waited for.</param>
    public void AddTo(Command command, bool job = true)
    {
        command.Options.Add(_file);
        if (!job)
            return;
        command.Options.Add(_wait);
        command.Options.Add(_via);
    }

    public string? Via(ParseResult parsed) => parsed.GetValue(_via);

    public async Task<ExitCode> RunAsync(ParseResult parsed, Report report, MpcSignerAdministrator administrator, JobFile composed, CancellationToken cancellation)
    {
        var file = administrator.Signers.Count > 0 ? await administrator.SignAsync(composed, cancellation).ConfigureAwait(false) : composed;
        var missing = administrator.MissingSignatures(file);
        if (parsed.GetValue(_file) is { } path)
            return await WriteAsync(report, file, path, missing, cancellation).ConfigureAwait(false);
        if (missing > 0)
        {
            throw new CliException(ExitCode.Refused, "TOO_FEW_SIGNATURES", $"The roster asks for {administrator.Quorum} signatures; {missing} more are needed than keys are at hand.",
                "Give the other administrators' folders with --admin, or write the orders to a file with --out and have them signed with mpcsigner job sign.");
        }
        return await SubmitAsync(report, administrator, file, null, parsed.GetValue(_wait), cancellation).ConfigureAwait(false);
    }

    public static async Task<ExitCode> SubmitAsync(Report report, MpcSignerAdministrator administrator, JobFile file, string? node, bool wait, CancellationToken cancellation)
    {
        var jobs = await administrator.SubmitAsync(file, node, cancellation).ConfigureAwait(false);
        return jobs.Count == 0 ? Accepted(report, file) : wait ? await WatchAsync(report, administrator, jobs, cancellation).ConfigureAwait(false) : Submitted(report, jobs);
    }

    /// <summary>Watches jobs one after the other. A node that stops is waited for: its job goes on when it starts again.</summary>
    public static async Task<ExitCode> WatchAsync(Report report, MpcSignerAdministrator administrator, IReadOnlyList<JobStatus> jobs, CancellationToken cancellation)
    {
        List<JobStatus> ended = [];
        foreach (var job in jobs)
            ended.Add(await JobWatching.UntilEndAsync(report, administrator, job, cancellation).ConfigureAwait(false));
        report.Result(new { Jobs = ended.Select(JobText.Describe) }, text =>
        {
            foreach (var job in ended)
                JobText.Print(text, job);
        });
        return ended.All(j => j.State == JobStanding.Completed) ? ExitCode.Ok : ExitCode.Refused;
    }

    private static ExitCode Submitted(Report report, IReadOnlyList<JobStatus> jobs)
    {
        report.Result(new { Jobs = jobs.Select(JobText.Describe) }, text =>
        {
            foreach (var job in jobs)
                JobText.Print(text, job);
            text.WriteLine($"Watch it: mpcsigner job watch {jobs[0].Job} --node {jobs[0].Node}");
        });
        return ExitCode.Ok;
    }

    private static ExitCode Accepted(Report report, JobFile file)
    {
        report.Result(new { Accepted = true, Orders = file.Orders.Select(OrderText.Describe) }, text =>
        {
            text.WriteLine("accepted");
            foreach (var order in file.Orders)
                OrderText.Print(text, order);
        });
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> WriteAsync(Report report, JobFile file, string path, int missing, CancellationToken cancellation)
    {
        await File.WriteAllBytesAsync(path, file.Write(), cancellation).ConfigureAwait(false);
        report.Result(new { File = path, MissingSignatures = missing, Orders = file.Orders.Select(OrderText.Describe) }, text =>
        {
            foreach (var order in file.Orders)
                OrderText.Print(text, order);
            text.WriteLine($"{path} written; {(missing == 0 ? $"it is ready: mpcsigner job submit {path}" : $"{missing} more to sign: mpcsigner job sign {path}")}");
        });
        return ExitCode.Ok;
    }
}
