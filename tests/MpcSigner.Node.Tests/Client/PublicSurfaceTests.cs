using System.Reflection;
using System.Text;
using MpcSigner.Client;
using Xunit;

namespace MpcSigner.Node.Tests.Clients;

/// <summary>The client's public surface is what customers compile against: it changes only with this file beside it.</summary>
public class PublicSurfaceTests
{
    private const string Snapshot = "Client/PublicSurface.txt";

    [Fact]
    public void Equals_the_snapshot()
    {
        var surface = Describe();
        var path = Path.Combine(SourceFolder(), Snapshot);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_ACCEPT_SURFACE") == "1")
            File.WriteAllText(path, surface);
        Assert.Equal(File.ReadAllText(path), surface);
    }

    /// <summary>A customer's own Protobuf and gRPC packages must not meet ours, and our kernel's types are not theirs to depend on.</summary>
    [Fact]
    public void Shows_own_types_and_those_of_the_platform_only()
    {
        var foreign = typeof(MpcSignerClient).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).SelectMany(TypesOf).SelectMany(Unfold))
            .Where(t => t.Assembly != typeof(MpcSignerClient).Assembly && !t.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal))
            .Select(t => t.FullName).Distinct();
        Assert.Empty(foreign);
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(MpcSignerClient).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type.IsInterface ? "interface " : "class ").Append(type.FullName).Append('\n');
            const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (var line in type.GetMembers(declared).Where(m => !IsNoise(m)).Select(m => Line(type, m)).Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What a record's compiler adds, and accessors that their property shows.</summary>
    private static bool IsNoise(MemberInfo member) =>
        member is MethodInfo { IsSpecialName: true } or FieldInfo { IsSpecialName: true }
        || member.Name is "Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "Deconstruct" or "PrintMembers";

    private static string Line(Type type, MemberInfo member) => member switch
    {
        FieldInfo field when type.IsEnum => $"{field.Name} = {(int)field.GetRawConstantValue()!}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}" + (field.IsLiteral ? $" = {field.GetRawConstantValue()}" : ""),
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{ {(property.CanRead ? "get; " : "")}{(property.SetMethod is { IsPublic: true } ? "init; " : "")}}}",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        _ => member.ToString()!,
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = default" : "")}"));

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(p => p.ParameterType)],
        ConstructorInfo constructor => constructor.GetParameters().Select(p => p.ParameterType),
        _ => [],
    };

    private static IEnumerable<Type> Unfold(Type type) =>
        type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Unfold)] : [type.HasElementType ? type.GetElementType()! : type];

    internal static string SourceFolder()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "MpcSigner.Node.Tests.csproj")))
                return folder;
        throw new InvalidOperationException("the tests run from a build inside the working tree");
    }
}
