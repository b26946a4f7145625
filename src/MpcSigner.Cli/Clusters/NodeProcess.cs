using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MpcSigner.Cli.Clusters;

/// <summary>A node that runs in the background. Known by process id and start time together: a number alone may by now be somebody else's.</summary>
internal sealed partial record NodeProcess(int Pid, ulong StartTime)
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>22nd field of /proc/PID/stat (proc(5)); what follows the name in parentheses begins with the third.</summary>
    private const int StartTimeAfterName = 19;

    /// <summary>The node's process if it runs.</summary>
    public static NodeProcess? Find(NodeFolder node)
    {
        if (!File.Exists(node.Pid))
            return null;
        try
        {
            return JsonSerializer.Deserialize<NodeProcess>(File.ReadAllText(node.Pid)) is { } recorded && recorded.IsAlive ? recorded : null;
        }
        catch (JsonException)
        {
            return null; // a pid file cut short by a crash names nobody
        }
    }

    /// <summary>Starts a node in a session of its own, so that it outlives this program and its terminal.</summary>
    public static (NodeProcess Node, Process Handle) Start(NodeFolder node, NodeProgram program)
    {
        // setsid(1) replaces itself, and so the shell before it: the process id stays that of the child.
        string[] command = ["-c", "umask 077; exec setsid \"$@\" >>\"$MPCSIGNER_LOG\" 2>&1 </dev/null", "sh", .. program.Command("run", "--config", node.Options)];
        var start = new ProcessStartInfo("/bin/sh", command) { UseShellExecute = false, WorkingDirectory = node.Path };
        start.Environment["MPCSIGNER_LOG"] = node.Log;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        SoftToken.OfExisting(node)?.AddTo(start);
        var handle = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        var process = new NodeProcess(handle.Id, ReadStartTime(handle.Id) ?? 0);
        File.WriteAllText(node.Pid, JsonSerializer.Serialize(process));
        return (process, handle);
    }

    public bool IsAlive => ReadStartTime(Pid) == StartTime;

    public void Signal(bool kill)
    {
        if (IsAlive && kill_(Pid, kill ? Kill : Terminate) != 0 && IsAlive)
            throw CliException.Usage($"Process {Pid} cannot be ended: {Marshal.GetLastPInvokeErrorMessage()}.", "End it as the user who started it.");
    }

    private static ulong? ReadStartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // A zombie has ended; only its parent has not looked yet.
            return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[StartTimeAfterName], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no such process
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int kill_(int pid, int signal);
}
