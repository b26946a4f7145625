namespace MpcSigner.Fuzz.Seeds;

/// <summary>Where this process's doors put files; in memory where the machine has such a place. Gone when the process ends.</summary>
internal static class ScratchFolder
{
    public static string Path { get; } = Make();

    private static string Make()
    {
        const string memory = "/dev/shm";
        var path = Directory.Exists(memory)
            ? Directory.CreateDirectory(System.IO.Path.Combine(memory, $"mpcsigner-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("mpcsigner-fuzz-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
