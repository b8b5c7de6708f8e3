using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RideIngest.Integration.Nats;

/// <summary>
/// The public surface of assemblies as lines that can be compared: one per type, per base or interface, and per member with
/// names and defaults of its parameters. What a compiler adds to records by itself is left out.
/// </summary>
internal static class PublicApiListing
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    private static readonly HashSet<string> OfRecords =
        ["ToString", "Equals", "GetHashCode", "PrintMembers", "EqualityContract", "<Clone>$", "op_Equality", "op_Inequality", "Deconstruct", "GetType", "MemberwiseClone", "Finalize"];

    public static SortedSet<string> Of(IEnumerable<Assembly> assemblies)
    {
        var all = assemblies.ToHashSet();
        return new(all.SelectMany(assembly => assembly.GetExportedTypes()).SelectMany(type => Lines(type, all)), StringComparer.Ordinal);
    }

    private static IEnumerable<string> Lines(Type type, HashSet<Assembly> ours)
    {
        var name = Name(type);
        yield return $"{Kind(type)} {name}";
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetValues(type))
                yield return $"{name}.{value} = {Convert.ToInt64(value, CultureInfo.InvariantCulture)}";
            yield break;
        }

        foreach (var parent in type.GetInterfaces().Append(type.BaseType).OfType<Type>().Where(parent => ours.Contains(parent.Assembly)))
            yield return $"{name} : {Name(parent)}";
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            yield return $"{name}.{Signature(type.GetMethod("Invoke")!)}";
            yield break;
        }

        var members = type.GetMembers(Everything);
        if (type.IsInterface)
            members = [.. members, .. type.GetInterfaces().SelectMany(parent => parent.GetMembers(Everything))];
        foreach (var member in members.Where(member => ours.Contains(member.DeclaringType!.Assembly) && IsVisible(member) && !OfRecords.Contains(member.Name)))
        {
            if (Line(member) is { } line)
                yield return $"{name}.{line}";
        }
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsCopy(constructor) || constructor.IsStatic => null,
        ConstructorInfo constructor => $"{Access(constructor)}ctor({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        MethodInfo method => Access(method) + Signature(method),
        PropertyInfo property => $"{Static(Accessor(property))}{property.Name}{Indexer(property)} {{ {Accessors(property)}}} -> {Name(property.PropertyType)}",
        FieldInfo { IsLiteral: true } field => $"const {field.Name} = {Literal(field.GetRawConstantValue())}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{field.Name} -> {Name(field.FieldType)}",
        EventInfo happening => $"event {happening.Name} -> {Name(happening.EventHandlerType!)}",
        _ => null,
    };

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Static(method)}{method.Name}{generic}({extension}{Parameters(method)}) -> {Name(method.ReturnType)}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var passing = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        var type = parameter.ParameterType is { IsByRef: true } reference ? reference.GetElementType()! : parameter.ParameterType;
        return $"{passing}{Name(type)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}";
    }));

    private static string Accessors(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && IsVisible(get) ? "get; " : "";
        var setter = property.SetMethod is not { } set || !IsVisible(set) ? ""
            : set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        return getter + setter;
    }

    private static string Indexer(PropertyInfo property)
        => property.GetIndexParameters() is { Length: > 0 } indexes ? $"[{string.Join(", ", indexes.Select(index => Name(index.ParameterType)))}]" : "";

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.Name.Contains('<', StringComparison.Ordinal) && !IsExplicit(method),
        PropertyInfo property => IsVisible(Accessor(property)),
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        EventInfo happening => IsVisible(happening.AddMethod!),
        _ => false,
    };

    private static bool IsExplicit(MethodBase method) => method is MethodInfo && method.Name.Contains('.', StringComparison.Ordinal);

    private static bool IsCopy(ConstructorInfo constructor)
        => constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType && !constructor.DeclaringType!.IsValueType;

    private static MethodInfo Accessor(PropertyInfo property)
        => new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().OrderByDescending(accessor => accessor.IsPublic).First();

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
        _ => "class",
    };

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Name(underlying)}?";
        var name = (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0].Replace('+', '.');
        if (!type.IsGenericType)
            return name;
        var arguments = type.GetGenericArguments();
        var tick = name.LastIndexOf('`');
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", arguments.Select(Name))}>";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
