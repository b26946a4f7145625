using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>Reads an operator's secret from where the options say, straight into locked memory where the source allows.</summary>
internal static class SecretReader
{
    /// <summary>How long a command may take to give a passphrase.</summary>
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>A file that nobody but its owner may touch, without a line break at its end.</summary>
    public static SecureMemory PassphraseFromFile(string path) => FromFile(path, PassphraseKey.MaxPassphraseBytes, trimLineBreak: true);

    /// <inheritdoc cref="KeyFile"/>
    public static SecureMemory KeyFromFile(string path) => FromFile(path, KeyFile.Size, trimLineBreak: false);

    private static SecureMemory FromFile(string path, int maxBytes, bool trimLineBreak)
    {
        try
        {
            // No buffer: the stream reads into locked memory itself.
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, BufferSize = 0 });
            var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file.SafeFileHandle);
            if ((mode & Others) != 0)
                throw Unavailable($"{path} can be read or changed by others than its owner (mode {Convert.ToString((int)mode, 8)}). Run: chmod 600 {path}");
            return SecretInput.TryRead(file, maxBytes, trimLineBreak, out var secret)
                ? secret
                : throw Unavailable($"{path} is empty or has more than {maxBytes} bytes. Correct the path or the file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"{path} cannot be read: {e.Message} Correct the path or its permissions.", e);
        }
    }

    /// <remarks>.NET holds the variable as a string, and the process's environment keeps it: a file or a command is better.</remarks>
    public static SecureMemory PassphraseFromEnvironment(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable)
            ?? throw Unavailable($"The environment variable {variable}, which holds the passphrase, is not set. Set it, or name another source.");
        return FromText(value, $"the environment variable {variable}");
    }

    /// <summary>Asks at the terminal, without echo.</summary>
    /// <param name="repeat">Ask twice and compare: for a new passphrase.</param>
    /// <param name="readKey">The next key pressed; null where nobody is at a terminal.</param>
    /// <param name="output">Where the question goes.</param>
    /// <param name="what">What is asked for.</param>
    public static SecureMemory PassphraseFromPrompt(bool repeat, Func<ConsoleKeyInfo>? readKey, TextWriter output, string what = "Passphrase")
    {
        if (readKey is null)
            throw Unavailable("The passphrase is to be asked for, but the input is no terminal. Name a file, a variable or a command as its source.");
        // Pinned, so that the collector leaves no copies behind.
        var first = GC.AllocateArray<char>(PassphraseKey.MaxPassphraseBytes, pinned: true);
        var second = GC.AllocateArray<char>(PassphraseKey.MaxPassphraseBytes, pinned: true);
        try
        {
            var length = Ask($"{what}: ", first, readKey, output);
            if (repeat && !first.AsSpan(0, length).SequenceEqual(second.AsSpan(0, Ask("The same again: ", second, readKey, output))))
                throw Unavailable("The two passphrases differ. Try again.");
            return FromText(first.AsSpan(0, length), "the terminal");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(first.AsSpan()));
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(second.AsSpan()));
        }
    }

    private static int Ask(string question, char[] answer, Func<ConsoleKeyInfo> readKey, TextWriter output)
    {
        output.Write(question);
        output.Flush();
        var length = 0;
        for (var key = readKey(); key.Key != ConsoleKey.Enter; key = readKey())
        {
            if (key.Key == ConsoleKey.Backspace)
                length = Math.Max(0, length - 1);
            else if (!char.IsControl(key.KeyChar) && length < answer.Length)
                answer[length++] = key.KeyChar;
        }
        output.WriteLine();
        return length;
    }

    /// <summary>What a program prints, without a line break at its end. No shell in between; its errors go to our standard error.</summary>
    /// <param name="command">The program's path, then its arguments.</param>
    public static async Task<SecureMemory> PassphraseFromCommandAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        if (command.Count == 0)
            throw Unavailable("The command that gives the passphrase is empty. Name a program.");
        using var process = Start(command);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(CommandTimeout);
        var read = Task.Run(
            () => SecretInput.TryRead(process.StandardOutput.BaseStream, PassphraseKey.MaxPassphraseBytes, trimLineBreak: true, out var secret) ? secret : null,
            CancellationToken.None);
        try
        {
            // Null before the end of its output: it would wait for a reader that has gone.
            if (await read.WaitAsync(timeout.Token).ConfigureAwait(false) is null)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            (await read.ConfigureAwait(false))?.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw Unavailable($"{command[0]} gave no passphrase within {CommandTimeout.TotalSeconds} s. Run it by hand to see why.");
        }

        var given = await read.ConfigureAwait(false);
        if (process.ExitCode == 0 && given is not null)
            return given;
        given?.Dispose();
        throw Unavailable(given is null
            ? $"{command[0]} gave no passphrase, or more than {PassphraseKey.MaxPassphraseBytes} bytes. Run it by hand to see why."
            : $"{command[0]}, which gives the passphrase, ended with exit code {process.ExitCode}. Run it by hand to see why.");
    }

    private static Process Start(IReadOnlyList<string> command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, UseShellExecute = false })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Unavailable($"{command[0]}, which gives the passphrase, cannot be started: {e.Message}.", e);
        }
    }

    private static SecureMemory FromText(ReadOnlySpan<char> text, string source) =>
        SecretInput.TryRead(text, PassphraseKey.MaxPassphraseBytes, out var secret)
            ? secret
            : throw Unavailable($"The passphrase from {source} is empty or has more than {PassphraseKey.MaxPassphraseBytes} bytes.");

    private static VaultException Unavailable(string message, Exception? inner = null) => new(VaultRefusal.SecretUnavailable, message, inner);
}
