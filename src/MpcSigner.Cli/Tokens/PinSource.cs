using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MpcSigner.Cli.Tokens;

/// <summary>Where a PIN comes from. It is read once, for one login, and never tried again by this program.</summary>
internal abstract record PinSource
{
    private PinSource() { }

    /// <summary>A file that only its owner may read.</summary>
    public sealed record FromFile(string Path) : PinSource;

    /// <summary>A variable of the environment, which other processes of the same user can read.</summary>
    public sealed record FromEnvironment(string Variable) : PinSource;

    /// <summary>What a program prints; it is run without a shell.</summary>
    public sealed record FromCommand(IReadOnlyList<string> Command) : PinSource;

    /// <summary>Asked for at the terminal.</summary>
    public sealed record FromPrompt : PinSource;

    /// <summary>The longest PIN.</summary>
    public const int MaxBytes = 1_024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    /// <summary>Every source that is named; one is right.</summary>
    public static IReadOnlyList<PinSource> Read(string? file, string? variable, string? command, bool prompt)
    {
        List<PinSource> sources = [];
        if (file is not null)
            sources.Add(new FromFile(Path.GetFullPath(file)));
        if (variable is not null)
            sources.Add(new FromEnvironment(variable));
        if (command?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words)
            sources.Add(new FromCommand(words));
        if (prompt)
            sources.Add(new FromPrompt());
        return sources;
    }

    /// <summary>Lends the PIN for one call, from memory that the collector does not move, and wipes it.</summary>
    /// <param name="what">Whose PIN, for the question at the terminal.</param>
    /// <param name="use">Must not keep it.</param>
    /// <exception cref="CliException">It cannot be read; the message names the source, never the PIN.</exception>
    public void Lend(string what, ReadOnlySpanAction use)
    {
        var buffer = GC.AllocateArray<byte>(MaxBytes + 1, pinned: true);
        try
        {
            var length = this switch
            {
                FromFile file => ReadFile(file.Path, buffer),
                FromEnvironment variable => ReadVariable(variable.Variable, buffer),
                FromCommand command => ReadCommand(command.Command, buffer),
                FromPrompt => ReadPrompt(what, buffer),
                _ => throw new UnreachableException(),
            };
            if (length > 0 && buffer[length - 1] == (byte)'\n')
                length--;
            if (length is 0 or > MaxBytes)
                throw Unreadable($"The PIN of {what} is empty or has more than {MaxBytes} bytes.");
            use(buffer.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Uses a PIN.</summary>
    internal delegate void ReadOnlySpanAction(ReadOnlySpan<byte> pin);

    private static int ReadFile(string path, byte[] buffer)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
                throw Unreadable($"The file with the PIN, {path}, can be read or changed by others than its owner.", $"Run: chmod 600 {path}");
            return RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable($"The file with the PIN, {path}, cannot be read: {e.Message}", inner: e);
        }
    }

    private static int ReadVariable(string variable, byte[] buffer)
    {
        var value = Environment.GetEnvironmentVariable(variable) ?? throw Unreadable($"The environment variable {variable}, which holds the PIN, is not set.");
        return Encoding.UTF8.GetByteCount(value) < buffer.Length ? Encoding.UTF8.GetBytes(value, buffer) : 0;
    }

    private static int ReadCommand(IReadOnlyList<string> command, byte[] buffer)
    {
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, UseShellExecute = false });
        }
        catch (Win32Exception e)
        {
            throw Unreadable($"{command[0]}, which gives the PIN, cannot be started: {e.Message}.", inner: e);
        }
        using (process ?? throw Unreadable($"{command[0]}, which gives the PIN, cannot be started."))
        {
            var read = Task.Run(() => process.StandardOutput.BaseStream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
            if (!read.Wait(CommandLimit) || read.Result == buffer.Length || !process.WaitForExit(CommandLimit))
            {
                process.Kill(entireProcessTree: true);
                // What it may still write goes nowhere once its output is closed; the buffer is wiped after that.
                read.Wait();
                throw Unreadable($"{command[0]} gave no PIN of {MaxBytes} bytes or less within {CommandLimit.TotalSeconds} s.");
            }
            return process.ExitCode == 0 ? read.Result : throw Unreadable($"{command[0]}, which gives the PIN, ended with exit code {process.ExitCode}.");
        }
    }

    private static int ReadPrompt(string what, byte[] buffer)
    {
        if (Console.IsInputRedirected)
            throw Unreadable("The PIN is to be asked for, but the input is no terminal.", "Name a file, a variable or a command as its source.");
        Console.Error.Write($"PIN of {what}: ");
        var typed = GC.AllocateArray<char>(MaxBytes, pinned: true);
        try
        {
            var length = 0;
            for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
            {
                if (key.Key == ConsoleKey.Backspace)
                    length = Math.Max(0, length - 1);
                else if (!char.IsControl(key.KeyChar) && length < typed.Length)
                    typed[length++] = key.KeyChar;
            }
            Console.Error.WriteLine();
            return Encoding.UTF8.GetByteCount(typed, 0, length) < buffer.Length ? Encoding.UTF8.GetBytes(typed, 0, length, buffer, 0) : 0;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    private static CliException Unreadable(string message, string nextStep = "Correct the source of the PIN; nothing was tried at the token.", Exception? inner = null) =>
        new(ExitCode.Usage, "PIN_SOURCE", message, nextStep, inner);
}
