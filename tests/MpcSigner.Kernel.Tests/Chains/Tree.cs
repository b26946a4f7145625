namespace MpcSigner.Kernel.Tests.Chains;

/// <summary>Files of the repository that tests read: vectors and the examples in config.</summary>
internal static class Tree
{
    public static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Root(), .. path]));

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "MpcSigner.sln")))
                return folder;
        }
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
